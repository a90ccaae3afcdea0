namespace CredBroker.Conformance.Backends;

/// <summary>One backend, in one of the forms that it makes credentials in.</summary>
public interface IBackendForm
{
    /// <summary>Opens it.</summary>
    Task<IBackendUnderTest> OpenAsync();
}

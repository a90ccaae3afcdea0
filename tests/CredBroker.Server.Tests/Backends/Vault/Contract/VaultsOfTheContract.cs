using CredBroker.Server.Tests.Backends.Vault.Contract.Forms;

namespace CredBroker.Server.Tests.Backends.Vault.Contract;

/// <summary>Ends what the fixtures of this folder shared.</summary>
[SetUpFixture]
public sealed class VaultsOfTheContract
{
    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        foreach (var form in VaultForms.All) await form.CloseAsync();
    }
}

using CredBroker.Server.Tests.Storage.Forms;

namespace CredBroker.Server.Tests.Storage;

/// <summary>Ends what the fixtures of this folder shared.</summary>
[SetUpFixture]
public sealed class StoreServersOfTheFolder
{
    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        foreach (var form in StoreForms.All.Union(StoreForms.ForOutages)) await form.DisposeAsync();
    }
}

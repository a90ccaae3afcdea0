using CredBroker.Testing.Broker;
using Grpc.Core;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>What tests ask again and again.</summary>
internal static class OpenedTaskExtensions
{
    /// <summary>Whether the task is issued a secret now.</summary>
    public static async Task<bool> CanIssueAsync(this OpenedTask task, string template = VaultCatalogue.Orders)
    {
        try
        {
            await task.IssueAsync(template);
            return true;
        }
        catch (RpcException)
        {
            return false;
        }
    }
}

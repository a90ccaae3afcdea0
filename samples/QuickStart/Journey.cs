using System.Net;
using CredBroker.Client;
using CredBroker.Client.Evidence;

namespace QuickStart;

/// <summary>An agent's way through one task, told step by step. Tokens are used and never printed.</summary>
internal sealed class Journey(Settings settings, TextWriter log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ExpiryLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RefusalLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WellBefore = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time = TimeProvider.System;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var broker = new CredBrokerClient(settings.BrokerAddress, new FileEvidenceSource(settings.EvidenceFile));
        using var orders = new OrdersClient(settings.OrdersApi);
        await using var task = await broker.OpenTaskAsync(
            new TaskRequest("reconcile-invoices") { Intent = "match March invoices to payments" }, cancellationToken);
        log.WriteLine($"attested as {task.Subject} (tenant {task.Tenant})");
        log.WriteLine($"task opened {task.Id} for \"{task.Purpose}\"");
        try
        {
            var api = await task.IssueAsync("orders-api", Capability.Read, cancellationToken);
            var (token, expiresAt) = (api.Token, api.ExpiresAt);
            await TellAsync(task, api, cancellationToken);
            await CallAsync(orders, token, cancellationToken);
            await LeaveAloneAsync(task, cancellationToken);
            await EndAsync(task, cancellationToken);
            await ShowDeadAsync(orders, token, expiresAt, cancellationToken);
        }
        catch (Exception e)
        {
            // Leaving the block by an exception cannot be seen from the task's disposal, so it is said here.
            task.Fail(e.GetType().Name);
            throw;
        }
    }

    private async Task TellAsync(BrokerTask task, LeasedCredential credential, CancellationToken cancellationToken)
    {
        var lease = await task.GetLeaseAsync(credential.LeaseId, cancellationToken);
        var life = lease.ExpiresAt - lease.IssuedAt;
        var words = life < TimeSpan.FromMinutes(1) || life.Seconds != 0 ? $"{life.TotalSeconds:0}s" : $"{life.TotalMinutes:0}m";
        log.WriteLine($"lease issued {lease.Id} from {lease.Template}, good for {words}");
    }

    private async Task CallAsync(OrdersClient orders, string token, CancellationToken cancellationToken)
    {
        var (status, count) = await orders.GetAsync(token, cancellationToken);
        Expect(status == HttpStatusCode.OK, $"the orders API answered {(int)status} to a fresh token, not 200.");
        log.WriteLine($"orders API answered 200 ({count} orders)");
    }

    /// <summary>A lease that nobody renews or gives back has to die at its TTL.</summary>
    private async Task LeaveAloneAsync(BrokerTask task, CancellationToken cancellationToken)
    {
        var brief = await task.IssueAsync(new CredentialRequest("orders-api-brief") { AutoRenew = false }, cancellationToken);
        await TellAsync(task, brief, cancellationToken);
        var start = _time.GetTimestamp();
        var lease = await task.GetLeaseAsync(brief.LeaseId, cancellationToken);
        while (lease.State != LeaseState.Revoked)
        {
            Expect(_time.GetElapsedTime(start) < ExpiryLimit, $"lease {lease.Id} is still {lease.State} {ExpiryLimit.TotalSeconds:0} s after it was left alone.");
            await Task.Delay(Pause, _time, cancellationToken);
            lease = await task.GetLeaseAsync(brief.LeaseId, cancellationToken);
        }
        Expect(lease.EndReason == EndReason.Expired, $"lease {lease.Id} ended by {lease.EndReason}, not by its TTL.");
        log.WriteLine($"lease {lease.Id} left alone died at its TTL");
    }

    private async Task EndAsync(BrokerTask task, CancellationToken cancellationToken)
    {
        var receipt = await task.EndAsync(wait: TimeSpan.FromSeconds(10), cancellationToken: cancellationToken);
        log.WriteLine($"task ended: {receipt.Total} leases, {receipt.Confirmed} confirmed dead, {receipt.Pending} pending");
        Expect(
            receipt is { Total: 2, Confirmed: 2, Pending: 0, Irrevocable: 0 },
            $"the receipt should say 2 leases, 2 confirmed dead; it has {receipt.Irrevocable} that could not be revoked.");
    }

    /// <summary>The very token that worked has to be refused, and long before it would have expired anyway.</summary>
    private async Task ShowDeadAsync(OrdersClient orders, string token, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        var (status, _) = await orders.GetAsync(token, cancellationToken);
        while (status == HttpStatusCode.OK)
        {
            Expect(_time.GetElapsedTime(start) < RefusalLimit, $"the token still works {RefusalLimit.TotalSeconds:0} s after its task ended.");
            await Task.Delay(Pause, _time, cancellationToken);
            (status, _) = await orders.GetAsync(token, cancellationToken);
        }
        var after = _time.GetElapsedTime(start);
        Expect(status == HttpStatusCode.Unauthorized, $"the orders API answered {(int)status} to the dead token, not 401.");
        Expect(expiresAt - _time.GetUtcNow() > WellBefore, "the token was about to expire anyway, so its 401 proves nothing.");
        log.WriteLine($"the same token was answered 401 (revoked), {after.TotalMilliseconds:0} ms after the task ended");
    }

    private static void Expect(bool held, string otherwise)
    {
        if (!held) throw new DeviationException(otherwise);
    }
}

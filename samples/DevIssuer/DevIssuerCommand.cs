using System.CommandLine;

namespace DevIssuer;

/// <summary>The command line. Faults are one line on standard error and exit code 2.</summary>
public static class DevIssuerCommand
{
    private const int Fault = 2;

    private static readonly Option<DirectoryInfo> Dir = new("--dir") { Required = true, Description = "The folder that 'init' made." };
    private static readonly Option<string> Subject = new("--subject") { Required = true, Description = "The SPIFFE ID, such as spiffe://acme.test/agent/x." };
    private static readonly Option<string> Audience = new("--audience") { Required = true, Description = "Whom the SVID is for, such as credbroker." };
    private static readonly Option<TimeSpan> Ttl = new("--ttl")
    {
        Description = "How long it is good: 90s, 5m or 1h; at most 24h.",
        DefaultValueFactory = _ => TimeSpan.FromMinutes(5),
        CustomParser = result => TtlText.Parse(result.Tokens[0].Value) is { } ttl ? ttl : Refuse(result),
    };

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, TimeProvider time, CancellationToken cancellationToken = default)
    {
        var parsed = Root(time).Parse(args);
        if (parsed.Errors.Count > 0) return Say(error, parsed.Errors[0].Message);
        var invocation = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false };
        try
        {
            return await parsed.InvokeAsync(invocation, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException)
        {
            return Say(error, e.Message);
        }
    }

    private static RootCommand Root(TimeProvider time) => new("Makes a development trust domain and issues JWT-SVIDs of it. Not for production.")
    {
        Init(),
        Issue(time),
        Serve(time),
    };

    private static Command Init()
    {
        var name = new Option<string>("--trust-domain") { Required = true, Description = "Its name, such as acme.test." };
        var folder = new Option<DirectoryInfo>("--out") { Required = true, Description = "Where issuer.json (secret) and bundle.json go." };
        var command = new Command("init", "Makes a trust domain: a key and the bundle that a server trusts it by.") { name, folder };
        command.SetAction(parsed => DevTrustDomain.Create(parsed.GetRequiredValue(name), parsed.GetRequiredValue(folder).FullName).Dispose());
        return command;
    }

    private static Command Issue(TimeProvider time)
    {
        var file = new Option<FileInfo>("--out") { Description = "The file to write, readable by its owner only; standard output when not given." };
        var command = new Command("issue", "Issues one JWT-SVID.") { Dir, Subject, Audience, Ttl, file };
        command.SetAction(async (parsed, _) =>
        {
            using var domain = DevTrustDomain.Open(parsed.GetRequiredValue(Dir).FullName);
            var svid = domain.Issue(parsed.GetRequiredValue(Subject), parsed.GetRequiredValue(Audience), parsed.GetValue(Ttl), time.GetUtcNow());
            if (parsed.GetValue(file) is { } target) WholeFile.Write(target.FullName, svid, ownerOnly: true);
            else await parsed.InvocationConfiguration.Output.WriteLineAsync(svid).ConfigureAwait(false);
        });
        return command;
    }

    private static Command Serve(TimeProvider time)
    {
        var file = new Option<FileInfo>("--out") { Required = true, Description = "The file to keep fresh, readable by its owner only." };
        var command = new Command("serve", "Keeps a JWT-SVID fresh in a file until SIGTERM or SIGINT.") { Dir, Subject, Audience, Ttl, file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var domain = DevTrustDomain.Open(parsed.GetRequiredValue(Dir).FullName);
            var ttl = parsed.GetValue(Ttl);
            var target = parsed.GetRequiredValue(file).FullName;
            while (!cancellationToken.IsCancellationRequested)
            {
                WholeFile.Write(target, domain.Issue(parsed.GetRequiredValue(Subject), parsed.GetRequiredValue(Audience), ttl, time.GetUtcNow()), ownerOnly: true);
                await parsed.InvocationConfiguration.Output.WriteLineAsync($"{target} is fresh for {ttl}").ConfigureAwait(false);
                await Task.Delay(ttl / 2, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });
        return command;
    }

    private static TimeSpan Refuse(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError("--ttl wants 1s to 24h, such as 90s, 5m or 1h.");
        return default;
    }

    private static int Say(TextWriter error, string message)
    {
        error.WriteLine($"devissuer: {message.ReplaceLineEndings(" ")}");
        return Fault;
    }
}

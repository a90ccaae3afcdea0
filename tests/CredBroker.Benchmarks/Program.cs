using System.Runtime.InteropServices;
using CredBroker.Benchmarks;
using CredBroker.Benchmarks.Echo;
using CredBroker.Benchmarks.Vault;

if (args is [EchoServer.Verb])
{
    await EchoServer.RunAsync();
    return 0;
}

if (args is [VaultServer.Verb, var certificateFile])
{
    await VaultServer.RunAsync(certificateFile);
    return 0;
}

using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await BenchCommand.RunAsync(args, stop.Token);

// Everything that was started is ended on the way out.
void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

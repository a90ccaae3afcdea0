using Microsoft.Extensions.Logging;
using Wasmtime;

namespace CredBroker.Policy.Cedar.Wasm;

/// <summary>
/// Cedar, compiled for this machine. It is embedded in this assembly as its makers publish it; it reaches nothing outside of
/// its own memory. One of these is enough for a process, and any number of instances run from it.
/// </summary>
public sealed class CedarModule : IDisposable
{
    /// <summary>How much memory an instance may take, in bytes, unless told otherwise.</summary>
    public const long DefaultMaxMemory = 512L * 1024 * 1024;

    private readonly Engine _engine;
    private readonly Module _module;

    private CedarModule(Engine engine, Module module) => (_engine, _module) = (engine, module);

    /// <summary>
    /// Compiles Cedar, which takes some seconds, or takes what an earlier call has left in a folder, which takes milliseconds.
    /// </summary>
    /// <param name="cacheFolder">Where compiled code is kept, for the present user alone; null = nowhere.</param>
    /// <param name="logger">For operators.</param>
    public static CedarModule Load(string? cacheFolder, ILogger logger)
    {
        var engine = new Engine(new Config().WithReferenceTypes(true));
        try
        {
            var wasm = ReadWasm();
            var module = cacheFolder is null
                ? CompiledModules.Compile(engine, wasm)
                : new CompiledModules(cacheFolder, logger).Get(engine, "reference types", wasm);
            return new CedarModule(engine, module);
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    /// <summary>Starts an instance, which takes about a millisecond. An instance is for one thread at a time.</summary>
    /// <param name="maxMemory">How much memory it may take, in bytes. Beyond that it faults.</param>
    /// <exception cref="CedarFaultException">It did not start.</exception>
    public CedarInstance CreateInstance(long maxMemory = DefaultMaxMemory) => new(_engine, _module, maxMemory);

    /// <inheritdoc/>
    public void Dispose()
    {
        _module.Dispose();
        _engine.Dispose();
    }

    private static byte[] ReadWasm()
    {
        using var resource = typeof(CedarModule).Assembly.GetManifestResourceStream("cedar.wasm")
            ?? throw new InvalidOperationException("The assembly was built without Cedar.");
        var wasm = new byte[resource.Length];
        resource.ReadExactly(wasm);
        return wasm;
    }
}

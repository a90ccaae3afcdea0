using System.Text;
using Wasmtime;

namespace CredBroker.Policy.Cedar.Wasm;

/// <summary>
/// A running Cedar with its own memory, for one thread at a time. Questions and answers are JSON, as Cedar's own JSON
/// interface defines them. After a <see cref="CedarFaultException"/> it must not be used again.
/// </summary>
public sealed class CedarInstance : IDisposable
{
    // References that Cedar has dropped are freed by a collection; without one they would wait for each other.
    private const int CallsBetweenCollections = 256;

    private readonly Store _store;
    private readonly Instance _instance;
    private readonly Memory _memory;
    private readonly Func<int, int, int> _allocate;
    private readonly Dictionary<string, Func<object, object?>> _functions = [];
    private readonly Dictionary<string, Func<int, int, object, object?>> _namedFunctions = [];
    private int _calls;

    internal CedarInstance(Engine engine, Module module, long maxMemory)
    {
        _store = new Store(engine);
        try
        {
            _store.SetLimits(memorySize: maxMemory);
            Instance? started = null;
            var imports = new CedarImports(_store, () => started!, WriteString);
            started = new Instance(_store, module, [.. module.Imports.Select(import => imports.Find(import.Name))]);
            _instance = started;
            _memory = _instance.GetMemory("memory") ?? throw Missing("memory");
            _allocate = _instance.GetFunction<int, int, int>("__wbindgen_malloc") ?? throw Missing("__wbindgen_malloc");
            (_instance.GetAction("__wbindgen_start") ?? throw Missing("__wbindgen_start"))();
        }
        catch (WasmtimeException fault)
        {
            _store.Dispose();
            throw new CedarFaultException("Cedar did not start.", fault);
        }
    }

    /// <summary>How much memory it holds, in bytes. It never gives any back.</summary>
    public long MemoryBytes => _memory.GetLength();

    /// <summary>Calls a function of Cedar that takes one JSON value, such as <c>validate</c>.</summary>
    /// <param name="function">The function's name.</param>
    /// <param name="json">The value, in UTF-8.</param>
    /// <returns>The answer, JSON in UTF-8.</returns>
    /// <exception cref="CedarFaultException">Cedar broke off.</exception>
    public byte[] Call(string function, byte[] json)
    {
        if (!_functions.TryGetValue(function, out var call))
            _functions[function] = call = _instance.GetFunction<object, object>(function) ?? throw Missing(function);
        return Run(() => call(json));
    }

    /// <summary>Calls a function of Cedar that keeps a JSON value under a name, such as <c>preparsePolicySet</c>.</summary>
    /// <exception cref="CedarFaultException">Cedar broke off.</exception>
    public byte[] Call(string function, string name, byte[] json)
    {
        if (!_namedFunctions.TryGetValue(function, out var call))
            _namedFunctions[function] = call = _instance.GetFunction<int, int, object, object>(function) ?? throw Missing(function);
        return Run(() =>
        {
            var text = Encoding.UTF8.GetBytes(name);
            return call(WriteString(text), text.Length, json);
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _store.Dispose();

    private byte[] Run(Func<object?> call)
    {
        try
        {
            var answer = call() as byte[] ?? throw new CedarFaultException("Cedar gave no answer.");
            if (++_calls % CallsBetweenCollections == 0) _store.GC();
            return answer;
        }
        catch (Exception fault) when (fault is WasmtimeException or ArgumentException or OverflowException)
        {
            throw new CedarFaultException("Cedar broke off.", fault);
        }
    }

    /// <summary>Puts text into Cedar's memory, where Cedar frees it.</summary>
    private int WriteString(ReadOnlySpan<byte> text)
    {
        var address = _allocate(text.Length, 1);
        text.CopyTo(_memory.GetSpan((uint)address, text.Length));
        return address;
    }

    private static CedarFaultException Missing(string name) => new($"This Cedar has no '{name}'.");
}

using System.Buffers.Binary;
using System.Text;
using Wasmtime;

namespace CredBroker.Policy.Cedar.Wasm;

/// <summary>
/// The six functions that Cedar's WebAssembly asks of its host. Their names end in a hash that changes with every build of
/// Cedar, so they are found by what stands before it. A JavaScript host would parse the JSON that it hands over; here a value
/// is its JSON text, in UTF-8, all the way.
/// </summary>
/// <param name="store">The instance's store.</param>
/// <param name="instance">The instance, once it is there.</param>
/// <param name="writeString">Puts text into its memory and tells where.</param>
internal sealed class CedarImports(Store store, Func<Instance> instance, CedarImports.StringWriter writeString)
{
    private const uint ConstantReferences = 4;

    internal delegate int StringWriter(ReadOnlySpan<byte> text);

    private Memory Memory => instance().GetMemory("memory")!;

    /// <summary>The function of that name.</summary>
    /// <exception cref="CedarFaultException">There is none.</exception>
    public Function Find(string name) => name switch
    {
        _ when name.StartsWith("__wbg_parse_", StringComparison.Ordinal) => Function.FromCallback(store, (int at, int length) => (object)Read(at, length)),
        // What is asked for is the text of a value, and that is what the value is.
        _ when name.StartsWith("__wbg_stringify_", StringComparison.Ordinal) => Function.FromCallback(store, (object? value) => value!),
        _ when name.StartsWith("__wbg___wbindgen_is_undefined_", StringComparison.Ordinal) =>
            Function.FromCallback(store, (object? value) => value is null ? 1 : 0),
        _ when name.StartsWith("__wbg___wbindgen_string_get_", StringComparison.Ordinal) => Function.FromCallback<int, object>(store, GetString),
        _ when name.StartsWith("__wbg___wbindgen_throw_", StringComparison.Ordinal) => Function.FromCallback<int, int>(store, Throw),
        "__wbindgen_init_externref_table" => Function.FromCallback(store, InitReferences),
        _ => throw new CedarFaultException($"This Cedar asks for '{name}', which is not known."),
    };

    private byte[] Read(int at, int length) => Memory.GetSpan((uint)at, length).ToArray();

    private void GetString(int result, object? value)
    {
        var (address, length) = value is byte[] text ? (writeString(text), text.Length) : (0, 0);
        // Only now: writing may have moved the memory.
        var place = Memory.GetSpan((uint)result, 2 * sizeof(int));
        BinaryPrimitives.WriteInt32LittleEndian(place, address);
        BinaryPrimitives.WriteInt32LittleEndian(place[sizeof(int)..], length);
    }

    private void Throw(int at, int length) => throw new CedarFaultException(Encoding.UTF8.GetString(Read(at, length)));

    /// <summary>JavaScript's undefined, null, true and false have fixed places. Cedar hands none of them over.</summary>
    private void InitReferences()
    {
        var table = instance().GetTable("__wbindgen_externrefs")!;
        table.Grow(ConstantReferences, null);
    }
}

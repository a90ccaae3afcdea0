using Google.Protobuf;

namespace CredBroker.Testing.Telemetry;

/// <summary>A span as it came by OTLP (opentelemetry/proto/trace/v1). Only what tests look at is read.</summary>
public sealed record CollectedSpan(string TraceId, string SpanId, string ParentId, string Name, IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<string> LinkedTraces)
{
    /// <summary>The spans of an <c>ExportTraceServiceRequest</c>.</summary>
    public static IEnumerable<CollectedSpan> ReadAll(byte[] request) =>
        from resource in Fields(request, 1)
        from scope in Fields(resource, 2)
        from span in Fields(scope, 2)
        select Read(span);

    private static CollectedSpan Read(byte[] span) => new(
        Hex(Fields(span, 1)), Hex(Fields(span, 2)), Hex(Fields(span, 4)), Text(Fields(span, 5)),
        Fields(span, 9).ToDictionary(attribute => Text(Fields(attribute, 1)), attribute => Value(Fields(attribute, 2).Single())),
        [.. Fields(span, 13).Select(link => Hex(Fields(link, 1)))]);

    private static string Value(byte[] any) => Fields(any, 1).FirstOrDefault() is { } text ? System.Text.Encoding.UTF8.GetString(text) : Number(any, 2) is 1 ? "true" : $"{Number(any, 3)}";

    private static string Hex(IEnumerable<byte[]> field) => field.FirstOrDefault() is { } bytes ? Convert.ToHexStringLower(bytes) : "";

    private static string Text(IEnumerable<byte[]> field) => field.FirstOrDefault() is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes) : "";

    /// <summary>Every value of a field that has a length.</summary>
    private static List<byte[]> Fields(byte[] message, int number)
    {
        var found = new List<byte[]>();
        var input = new CodedInputStream(message);
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (WireFormat.GetTagFieldNumber(tag) == number && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited) found.Add(input.ReadBytes().ToByteArray());
            else input.SkipLastField();
        }

        return found;
    }

    private static ulong? Number(byte[] message, int number)
    {
        var input = new CodedInputStream(message);
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (WireFormat.GetTagFieldNumber(tag) == number && WireFormat.GetTagWireType(tag) == WireFormat.WireType.Varint) return input.ReadUInt64();
            input.SkipLastField();
        }

        return null;
    }
}

using System.CommandLine;

namespace CredBroker.Cli.Responding;

/// <summary>How much of a list is printed: there may be a million.</summary>
internal sealed class LimitOption
{
    private const int Usual = 1000;

    public Option<int?> Option { get; } = new("--limit") { Description = $"At most this many; {Usual} unless said.", HelpName = "N" };

    /// <summary>The first of them; says on the error output when there are more.</summary>
    public async Task<IReadOnlyList<T>> TakeAsync<T>(Session session, IAsyncEnumerable<T> all)
    {
        var limit = session.Parsed.GetValue(Option) ?? Usual;
        if (limit < 1) throw new UsageException("--limit must be 1 or more.");
        var some = new List<T>();
        await foreach (var one in all)
        {
            if (some.Count == limit)
            {
                await session.Error.WriteLineAsync($"credbroker: there are more than {limit}; say --limit for more, or narrow it down.");
                break;
            }
            some.Add(one);
        }
        return some;
    }
}

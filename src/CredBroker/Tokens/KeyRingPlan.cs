namespace CredBroker.Tokens;

/// <summary>
/// What becomes of a ring and when, so that no verifier meets a key that it cannot know: the next key is published well before
/// it signs, and a retired one for as long as a token of its own can live. The margins cover replicas whose clocks differ from
/// the store's by the bound, either way, and that read the ring a little late.
/// </summary>
/// <param name="rotateEvery">How long a key signs.</param>
/// <param name="clockBound">How far a broker's clock may be from the store's.</param>
public sealed class KeyRingPlan(TimeSpan rotateEvery, TimeSpan clockBound)
{
    private static readonly TimeSpan LateReaders = TimeSpan.FromMinutes(1);

    /// <summary>How far apart two replicas may be in what they do at an instant.</summary>
    public TimeSpan Margin { get; } = (2 * clockBound) + LateReaders;

    /// <summary>How long a key is published before it signs.</summary>
    public TimeSpan Lead => JsonWebKeySetDocument.MaxAge + Margin;

    /// <summary>How long a key stays published after the next one began to sign, and a withdrawn one is remembered.</summary>
    public TimeSpan Keep => RequestLimits.MaxDuration + Margin;

    /// <summary>The first ring: one key that signs at once, since there is nobody yet to whom it could be unknown, and the next one.</summary>
    public KeyRing Begin(DateTimeOffset now) => Maintain(new KeyRing(0, [NewKey(now, now)], []), now);

    /// <summary>The ring as it should be at an instant; the same object where there is nothing to do.</summary>
    public KeyRing Maintain(KeyRing ring, DateTimeOffset now)
    {
        var signer = ring.SignerAt(now);
        List<RingKey> keys =
        [
            .. ring.Keys.Take(signer).Select(key => Retire(key, ring.Keys[signer], now)).Where(key => key.RetiredUntil > now),
            .. ring.Keys.Skip(signer),
        ];
        var next = keys.IndexOf(ring.Keys[signer]) + 1;
        if (next == keys.Count) keys.Add(NewKey(now, Later(keys[^1].SignsFrom + rotateEvery, now + Lead)));
        else keys[next] = Hasten(keys[next], Later(keys[next - 1].SignsFrom + rotateEvery, now));
        var withdrawn = ring.Withdrawn.Where(key => key.Until > now).ToList();
        return keys.SequenceEqual(ring.Keys) && withdrawn.Count == ring.Withdrawn.Count ? ring : ring with { Keys = keys, Withdrawn = withdrawn };
    }

    /// <summary>The next key signs now; or as soon as it has been published for long enough.</summary>
    public KeyRing Rotate(KeyRing ring, DateTimeOffset now)
    {
        var maintained = Maintain(ring, now);
        var next = maintained.SignerAt(now) + 1;
        var hastened = Hasten(maintained.Keys[next], now);
        if (hastened == maintained.Keys[next]) return maintained;
        return Maintain(maintained with { Keys = [.. maintained.Keys.Take(next), hastened, .. maintained.Keys.Skip(next + 1)] }, now);
    }

    /// <summary>Drops every key, for whoever got at one got at all, and begins with new ones: verifiers have to ask for them.</summary>
    public KeyRing Withdraw(KeyRing ring, DateTimeOffset now) => Begin(now) with
    {
        Version = ring.Version,
        Withdrawn = [.. ring.Withdrawn.Where(key => key.Until > now), .. ring.Keys.Select(key => new WithdrawnKey(key.Public.Id, now + Keep))],
    };

    private RingKey Retire(RingKey key, RingKey successor, DateTimeOffset now) => key with
    {
        RetiredUntil = key.RetiredUntil ?? successor.SignsFrom + Keep,
        Private = now >= successor.SignsFrom + Margin ? null : key.Private,
    };

    private RingKey Hasten(RingKey key, DateTimeOffset wanted)
    {
        var earliest = Later(wanted, key.PublishedAt + Lead);
        return earliest < key.SignsFrom ? key with { SignsFrom = earliest } : key;
    }

    private static RingKey NewKey(DateTimeOffset publishedAt, DateTimeOffset signsFrom)
    {
        var key = SigningKey.Generate();
        return new RingKey(key.Public, key, publishedAt, signsFrom);
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}

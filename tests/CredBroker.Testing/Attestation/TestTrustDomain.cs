using System.Text.Json.Nodes;

namespace CredBroker.Testing.Attestation;

/// <summary>A SPIFFE trust domain for tests: it makes keys, its bundle, and SVIDs both good and wrong.</summary>
public sealed class TestTrustDomain : IDisposable
{
    private readonly TimeProvider _time;
    private readonly List<TestSigningKey> _made = [];
    private readonly List<TestSigningKey> _bundled = [];

    /// <summary>Makes one with one ES256 key.</summary>
    public TestTrustDomain(string name, TimeProvider? time = null)
    {
        Name = name;
        _time = time ?? TimeProvider.System;
        Key = AddKey();
    }

    public string Name { get; }

    /// <summary>The key that SVIDs are signed with where none is given.</summary>
    public TestSigningKey Key { get; private set; }

    /// <summary><c>spiffe_sequence</c>; grows with every change of the keys.</summary>
    public int Sequence { get; set; }

    /// <summary>Adds a key to the bundle, and signs with it from now on.</summary>
    public TestSigningKey AddKey(string algorithm = "ES256") => AddKey(TestSigningKey.For(algorithm));

    /// <inheritdoc cref="AddKey(string)"/>
    public TestSigningKey AddKey(TestSigningKey key)
    {
        _made.Add(key);
        _bundled.Add(key);
        Sequence++;
        return Key = key;
    }

    /// <summary>Takes a key out of the bundle. It can still sign.</summary>
    public void RemoveKey(TestSigningKey key)
    {
        _bundled.Remove(key);
        Sequence++;
    }

    /// <summary>The bundle as a document to be changed at will.</summary>
    public JsonObject Bundle() => new()
    {
        ["keys"] = new JsonArray([.. _bundled.Select(key => key.ToJwk())]),
        ["spiffe_sequence"] = Sequence,
    };

    /// <summary>Writes the bundle by an atomic rename.</summary>
    public void WriteBundle(string path) => WriteBundle(path, Bundle().ToJsonString());

    /// <summary>Writes any text where a bundle should be, by an atomic rename.</summary>
    public static void WriteBundle(string path, string text)
    {
        var temporary = $"{path}.tmp";
        File.WriteAllText(temporary, text);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>A good SVID; it lives five minutes where no TTL is given.</summary>
    public string IssueSvid(string subject, string audience = "credbroker", TimeSpan? ttl = null) => Sign(Header(), Claims(subject, audience, ttl));

    /// <summary>The header of a good SVID, to be changed at will.</summary>
    public JsonObject Header() => new() { ["alg"] = Key.Algorithm, ["kid"] = Key.KeyId, ["typ"] = "JWT" };

    /// <summary>The claims of a good SVID, to be changed at will.</summary>
    public JsonObject Claims(string subject, string audience = "credbroker", TimeSpan? ttl = null)
    {
        var now = _time.GetUtcNow();
        return new JsonObject
        {
            ["sub"] = subject,
            ["aud"] = audience,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + (ttl ?? TimeSpan.FromMinutes(5))).ToUnixTimeSeconds(),
        };
    }

    /// <summary>Signs any header and claims, with the current key where none is given.</summary>
    public string Sign(JsonObject header, JsonObject claims, TestSigningKey? key = null) =>
        TestJws.Sign(header.ToJsonString(), claims.ToJsonString(), key ?? Key);

    public void Dispose() => _made.ForEach(key => key.Dispose());
}

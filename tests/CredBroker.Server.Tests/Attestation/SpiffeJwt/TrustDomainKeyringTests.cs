using System.Text.Json.Nodes;
using CredBroker.Server.KeySets;
using CredBroker.Testing.Attestation;
using Microsoft.Extensions.Logging;

namespace CredBroker.Server.Tests.Attestation.SpiffeJwt;

/// <summary>Bundles that change, vanish, break and roll back, as real files.</summary>
[Category("Unit")]
public sealed class TrustDomainKeyringTests
{
    private const string Workload = AttestorUnderTest.Workload;
    private const string NotInBundle = "its key is not in the bundle";

    [Test]
    public async Task Rotation_KeyAdded_IsAcceptedAtTheNextLook()
    {
        using var tested = AttestorUnderTest.Started();
        var before = tested.Domain.IssueSvid(Workload);
        tested.Domain.AddKey();
        var after = tested.Domain.IssueSvid(Workload);
        tested.WriteBundles();

        Assert.That(await tested.FaultOf(after), Does.Contain(NotInBundle));
        tested.NextLook();
        await tested.AttestAsync(after);
        await tested.AttestAsync(before);
    }

    [Test]
    public async Task Rotation_KeyRemoved_IsRefusedEvenWhereItsSvidWasKnownGood()
    {
        using var tested = AttestorUnderTest.Started();
        var withdrawn = tested.Domain.Key;
        var svid = tested.Domain.IssueSvid(Workload);
        await tested.AttestAsync(svid);
        tested.Domain.AddKey();
        tested.Domain.RemoveKey(withdrawn);
        tested.WriteBundles();
        tested.NextLook();

        Assert.That(await tested.FaultOf(svid), Does.Contain(NotInBundle));
    }

    [Test]
    public async Task Rotation_KeyReplacedUnderTheSameKid_DropsWhatWasKnownGood()
    {
        using var tested = AttestorUnderTest.Started();
        var old = tested.Domain.Key;
        var svid = tested.Domain.IssueSvid(Workload);
        await tested.AttestAsync(svid);
        using var fresh = TestSigningKey.For("ES256");
        tested.Domain.RemoveKey(old);
        tested.Domain.AddKey(fresh.As("ES256", old.KeyId));
        tested.WriteBundles();
        tested.NextLook();

        Assert.That(await tested.FaultOf(svid), Does.Contain("its signature does not verify"));
    }

    [Test]
    public async Task Bundle_WithoutKeys_TrustsNothing()
    {
        using var tested = AttestorUnderTest.Started();
        var svid = tested.Domain.IssueSvid(Workload);
        await tested.AttestAsync(svid);
        TestTrustDomain.WriteBundle(tested.BundleFile(), """{"keys":[],"spiffe_sequence":9}""");
        tested.NextLook();

        Assert.That(await tested.FaultOf(svid), Does.Contain(NotInBundle));
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("{\"keys\":")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("{\"keys\":{}}")]
    [TestCase("{\"keys\":[7]}")]
    [TestCase("{\"keys\":[],\"keys\":[],\"spiffe_sequence\":9}")]
    [TestCase("{\"keys\":[],\"spiffe_sequence\":\"9\"}")]
    [TestCase("{\"keys\":[],\"spiffe_sequence\":9.5}")]
    [TestCase("{\"keys\":[],\"spiffe_sequence\":-9}")]
    [TestCase("{\"keys\":[],\"spiffe_sequence\":9,\"spiffe_refresh_hint\":\"x\"}")]
    public async Task Bundle_Broken_LeavesTheLastGoodOne(string text)
    {
        using var tested = AttestorUnderTest.Started();
        TestTrustDomain.WriteBundle(tested.BundleFile(), text);
        tested.NextLook();

        await tested.AttestAsync(tested.Domain.IssueSvid(Workload));
    }

    [Test]
    public async Task Bundle_HalfWritten_IsTakenOnceItIsWhole()
    {
        using var tested = AttestorUnderTest.Started();
        tested.Domain.AddKey();
        var svid = tested.Domain.IssueSvid(Workload);
        var text = tested.Domain.Bundle().ToJsonString();
        await File.WriteAllTextAsync(tested.BundleFile(), text[..(text.Length / 2)]);
        tested.NextLook();
        Assert.That(await tested.FaultOf(svid), Does.Contain(NotInBundle));

        await File.WriteAllTextAsync(tested.BundleFile(), text);
        tested.NextLook();
        await tested.AttestAsync(svid);
    }

    [Test]
    public async Task Bundle_ChangedWithinLengthAndTimeStamp_IsSeen()
    {
        using var tested = AttestorUnderTest.Started();
        var svid = tested.Domain.IssueSvid(Workload);
        var stamp = File.GetLastWriteTimeUtc(tested.BundleFile());
        var text = await File.ReadAllTextAsync(tested.BundleFile());
        await File.WriteAllTextAsync(tested.BundleFile(), text.Replace(tested.Domain.Key.KeyId, new string('z', tested.Domain.Key.KeyId.Length), StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(tested.BundleFile(), stamp);
        tested.NextLook();

        Assert.That(await tested.FaultOf(svid), Does.Contain(NotInBundle));
    }

    [Test]
    public async Task Bundle_BehindASwappedSymlink_IsSeen()
    {
        // As Kubernetes mounts a config map: bundle -> ..data/bundle, ..data -> a folder with a time stamp, swapped by rename.
        using var tested = new AttestorUnderTest();
        var mount = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(tested.BundleFile())!, "mount")).FullName;
        var first = Directory.CreateDirectory(Path.Combine(mount, "..1")).FullName;
        var second = Directory.CreateDirectory(Path.Combine(mount, "..2")).FullName;
        tested.Domain.WriteBundle(Path.Combine(first, "bundle"));
        Directory.CreateSymbolicLink(Path.Combine(mount, "..data"), "..1");
        File.CreateSymbolicLink(Path.Combine(mount, "bundle"), Path.Combine("..data", "bundle"));
        File.CreateSymbolicLink(tested.BundleFile(), Path.Combine(mount, "bundle"));
        tested.Start();
        await tested.AttestAsync(tested.Domain.IssueSvid(Workload));

        tested.Domain.AddKey();
        tested.Domain.WriteBundle(Path.Combine(second, "bundle"));
        Directory.CreateSymbolicLink(Path.Combine(mount, "..data_tmp"), "..2");
        File.Delete(Path.Combine(mount, "..data"));
        Directory.Move(Path.Combine(mount, "..data_tmp"), Path.Combine(mount, "..data"));
        tested.NextLook();

        await tested.AttestAsync(tested.Domain.IssueSvid(Workload));
    }

    [Test]
    public async Task Bundle_WithADuplicateKid_IsRefusedWhole()
    {
        using var tested = AttestorUnderTest.Started();
        using var twin = TestSigningKey.For("ES256");
        var first = tested.Domain.Key;
        var old = tested.Domain.IssueSvid(Workload);
        tested.Domain.AddKey(twin.As("ES256", first.KeyId));
        tested.WriteBundles();
        tested.NextLook();

        Assert.That(await tested.FaultOf(tested.Domain.IssueSvid(Workload)), Does.Contain("its signature does not verify"));
        await tested.AttestAsync(old);
        Assert.That(tested.KeyringLog.Collector.LatestRecord.Message, Does.Contain("two of its keys have one 'kid'"));
    }

    [Test]
    public async Task Bundle_OtherKeysWithAndWithoutNames_AreNotLookedAt()
    {
        using var tested = new AttestorUnderTest();
        var bundle = tested.Domain.Bundle();
        bundle["keys"]!.AsArray().Add(JsonNode.Parse("""{"use":"x509-svid","kty":"EC"}"""));
        bundle["keys"]!.AsArray().Add(JsonNode.Parse("""{"use":"x509-svid","kty":"EC"}"""));
        bundle["keys"]!.AsArray().Add(JsonNode.Parse("""{"use":"wit-svid","kty":"new"}"""));
        TestTrustDomain.WriteBundle(tested.BundleFile(), bundle.ToJsonString());
        tested.Start();

        await tested.AttestAsync(tested.Domain.IssueSvid(Workload));
        Assert.That(tested.KeyringLog.Collector.Count, Is.EqualTo(1));
    }

    [TestCase(4, false)]
    [TestCase(null, false)]
    [TestCase(5, true)]
    [TestCase(6, true)]
    public async Task Sequence_MayNotShrinkOrVanish(int? sequence, bool taken)
    {
        using var tested = new AttestorUnderTest();
        tested.Domain.Sequence = 5;
        tested.WriteBundles();
        tested.Start();
        var old = tested.Domain.Key;
        tested.Domain.AddKey();
        tested.Domain.RemoveKey(old);
        var bundle = tested.Domain.Bundle();
        if (sequence is null) bundle.Remove("spiffe_sequence");
        else bundle["spiffe_sequence"] = sequence;
        TestTrustDomain.WriteBundle(tested.BundleFile(), bundle.ToJsonString());
        tested.NextLook();

        var svid = tested.Domain.IssueSvid(Workload);
        if (taken) await tested.AttestAsync(svid);
        else Assert.That(await tested.FaultOf(svid), Does.Contain(NotInBundle));
    }

    [Test]
    public async Task Bundle_NeverRead_CannotTellUntilItIsThere()
    {
        using var tested = new AttestorUnderTest();
        tested.Start();
        var svid = tested.Domain.IssueSvid(Workload);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => tested.AttestAsync(svid));
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.VerifierUnavailable));
        Assert.That(refused.RetryAfter, Is.Not.Null);
        Assert.That(refused.Message, Does.Not.Contain(tested.BundleFile()));

        tested.WriteBundles();
        tested.NextLook();
        await tested.AttestAsync(svid);
    }

    [Test]
    public async Task Bundle_GoneForTooLong_CannotTell()
    {
        using var tested = AttestorUnderTest.Started(options => options.LastGoodFor = TimeSpan.FromMinutes(10));
        File.Delete(tested.BundleFile());
        tested.Time.Advance(TimeSpan.FromMinutes(10));
        var svid = tested.Domain.IssueSvid(Workload);
        await tested.AttestAsync(svid);
        tested.Time.Advance(TimeSpan.FromSeconds(1));

        var refused = await Assert.ThrowsAsync<RefusedException>(() => tested.AttestAsync(svid));
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.VerifierUnavailable));

        tested.WriteBundles();
        tested.NextLook();
        await tested.AttestAsync(svid);
    }

    [Test]
    public async Task Bundle_Unchanged_StaysGoodForEver()
    {
        using var tested = AttestorUnderTest.Started(options => options.LastGoodFor = TimeSpan.FromMinutes(1));
        tested.Time.Advance(TimeSpan.FromHours(1));

        await tested.AttestAsync(tested.Domain.IssueSvid(Workload));
    }

    [Test]
    public void Bundle_Broken_IsLoggedOnceAndAgainAfterItWasGood()
    {
        using var tested = AttestorUnderTest.Started();
        for (var round = 0; round < 2; round++)
        {
            TestTrustDomain.WriteBundle(tested.BundleFile(), "{");
            tested.NextLook();
            tested.NextLook();
            tested.WriteBundles();
            tested.NextLook();
        }

        var errors = tested.KeyringLog.Collector.GetSnapshot().Where(record => record.Level is LogLevel.Error);
        Assert.That(errors.Count(), Is.EqualTo(2));
    }

    [Test]
    public async Task Bundle_TooLarge_LeavesTheLastGoodOne()
    {
        using var tested = AttestorUnderTest.Started();
        TestTrustDomain.WriteBundle(tested.BundleFile(), $"{{\"keys\":[],\"spiffe_sequence\":9{new string(' ', KeyFile.MaxBytes)}}}");
        tested.NextLook();

        await tested.AttestAsync(tested.Domain.IssueSvid(Workload));
    }

    [Test]
    public async Task OneBrokenDomain_DoesNotHoldUpTheOthers()
    {
        using var tested = AttestorUnderTest.Started(null, "acme.test", "other.test");
        TestTrustDomain.WriteBundle(tested.BundleFile(), "{");
        var other = tested.DomainOf("other.test");
        other.AddKey();
        other.WriteBundle(tested.BundleFile("other.test"));
        tested.NextLook();

        await tested.AttestAsync(other.IssueSvid("spiffe://other.test/x"));
    }
}

using CredBroker.Server.Hosting;
using CredBroker.Server.Hosting.Tls;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Hosting.Tls;

/// <summary>A pair of files takes the place of the one before where it is good, and only then.</summary>
[TestFixture, Category("Unit"), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TlsCertificatesTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly MountedCertificate _mounted;
    private readonly TlsCertificates _certificates;

    public TlsCertificatesTests()
    {
        _mounted = new MountedCertificate(_scratch.File("tls"));
        _mounted.Swap(_mounted.MakePair("first"));
        _certificates = new TlsCertificates(_mounted.CertificateFile, _mounted.KeyFile);
    }

    [Test]
    public void Refresh_GoodPair_Taken()
    {
        _mounted.Swap(_mounted.MakePair("second"));

        Refresh();

        Assert.That((_certificates.Current.Leaf.Subject, _certificates.Fault), Is.EqualTo(("CN=second", (string?)null)));
    }

    [TestCase(MountedCertificate.AnotherKey), TestCase("half a certificate"), TestCase("no key"), TestCase("a key that others can read"), TestCase("expired")]
    public void Refresh_BadPair_TheOldOneStaysUntilAGoodOneComes(string fault)
    {
        _mounted.Swap(_mounted.MakeBad(fault));

        Refresh();

        Assert.That(_certificates.Current.Leaf.Subject, Is.EqualTo("CN=first"));
        Assert.That(_certificates.Fault, Is.Not.Null.And.Not.Contain("PRIVATE"));
        _mounted.Swap(_mounted.MakePair("second"));
        Refresh();
        Assert.That((_certificates.Current.Leaf.Subject, _certificates.Fault), Is.EqualTo(("CN=second", (string?)null)));
    }

    [Test]
    public void Status_CertificateThatEndsSoon_Told()
    {
        var time = new FakeTimeProvider(_certificates.Current.ExpiresAt.AddHours(-30));
        var status = new TlsStatus(_certificates, time);
        Assert.That(status.Read().Single().IsHealthy, Is.True);

        time.Advance(TimeSpan.FromHours(10));

        Assert.That(status.Read().Single().Detail, Does.Contain("expires at"));
        time.Advance(TimeSpan.FromHours(30));
        Assert.That(status.Read().Single().Detail, Does.Contain("has expired"));
        Assert.That(status.Read().Single().IsVital, Is.False);
    }

    [Test]
    public void Read_BadPairAtStart_Refused()
    {
        _mounted.Swap(_mounted.MakeBad("half a certificate"));

        Assert.That(() => new TlsCertificates(_mounted.CertificateFile, _mounted.KeyFile), Throws.TypeOf<StartRefusedException>().With.Message.Contains("is cut off"));
    }

    public void Dispose() => _scratch.Dispose();

    private void Refresh() => _certificates.Refresh(TimeProvider.System.GetUtcNow(), NullLogger.Instance);
}

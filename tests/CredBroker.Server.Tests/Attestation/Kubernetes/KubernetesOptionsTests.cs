using CredBroker.Server.Attestation.Kubernetes;
using CredBroker.Server.Tests.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Tests.Attestation.Kubernetes;

[TestFixture, Category("Unit")]
public sealed class KubernetesOptionsTests
{
    private const string First = "Attestation:Kubernetes:Clusters:0";

    [Test]
    public void Read_ClusterByItsName_HasDefaults()
    {
        var cluster = Read([]).Clusters.Single();

        Assert.That((cluster.Issuer, cluster.EffectiveAudiences.Single(), cluster.MaxLifetime),
            Is.EqualTo(("https://kubernetes.default.svc.cluster.local", "credbroker", TimeSpan.FromHours(1))));
    }

    [TestCase("Name", "Prod", "Clusters:0:Name must be 1 to 63 of a-z, 0-9 and -.")]
    [TestCase("Issuer", "kubernetes/serviceaccount", "Clusters:0:Issuer must be an https address")]
    [TestCase("JwksUri", "http://10.0.0.1/keys", "Clusters:0:JwksUri must be an https address")]
    [TestCase("ApiServer", "http://10.0.0.1", "Clusters:0:ApiServer must be an https address")]
    [TestCase("ApiServer", "https://kubernetes.default.svc", "Clusters:0:TokenFile is missing")]
    [TestCase("TokenFile", "token", "Clusters:0:TokenFile is for an ApiServer.")]
    [TestCase("CaFile", "no-such-file.pem", "Clusters:0:CaFile names no file")]
    [TestCase("Audiences:0", "https://kubernetes.default.svc", "Clusters:0:Audiences:0 is the API server's")]
    [TestCase("Audiences:0", "https://kubernetes.default.svc.cluster.local", "Clusters:0:Audiences:0 is the API server's")]
    [TestCase("Audiences:0", " ", "Clusters:0:Audiences:0 is empty.")]
    [TestCase("MaxLifetime", "1.00:00:01", "Clusters:0:MaxLifetime must be from 00:10:00 to 1.00:00:00.")]
    [TestCase("Mode", "TokenReview", "Clusters:0:Mode is not a setting")]
    public void Read_WrongSetting_RefusedByName(string name, string value, string message) => Assert.That(
        () => Read([($"{First}:{name}", value)]), Throws.TypeOf<OptionsValidationException>().With.Message.Contains(message));

    [TestCase("Attestation:Kubernetes:Clusters:1:Name", "prod", "Clusters:1:Name stands there twice.")]
    [TestCase("Attestation:Kubernetes:ClockSkew", "00:00:31", "ClockSkew must be from 00:00:00 to 00:00:30.")]
    [TestCase("Attestation:Kubernetes:LastGoodFor", "00:00:59", "LastGoodFor must be from 00:01:00 to 7.00:00:00.")]
    public void Read_WrongCommonSetting_RefusedByName(string name, string value, string message) =>
        Assert.That(() => Read([(name, value)]), Throws.TypeOf<OptionsValidationException>().With.Message.Contains(message));

    [TestCase("", "holds no certificate in PEM.")]
    [TestCase("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "holds no certificate in PEM that can be read.")]
    public async Task Read_AuthorityThatIsNone_StopsTheStart(string content, string message)
    {
        using var scratch = new ScratchFolder();
        await File.WriteAllTextAsync(scratch.File("ca.pem"), content);

        Assert.That(() => Read([($"{First}:CaFile", scratch.File("ca.pem"))]), Throws.TypeOf<OptionsValidationException>().With.Message.Contains(message));
    }

    [Test]
    public void Keys_OfAnApiServerUnderAPath_AreUnderThatPath()
    {
        var cluster = new KubernetesClusterOptions { Name = "prod", ApiServer = "https://rancher.acme.test/k8s/clusters/c-1", TokenFile = "token" };

        using var source = cluster.ToSource();

        Assert.That(source.Place, Is.EqualTo("https://rancher.acme.test/k8s/clusters/c-1/openid/v1/jwks"));
    }

    private static KubernetesOptions Read((string Name, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddKubernetesAttestor(new ConfigurationBuilder().AddInMemoryCollection(
            settings.Prepend((Name: First + ":Name", Value: "prod")).GroupBy(setting => setting.Name).ToDictionary(same => same.Key, same => (string?)same.Last().Value)).Build());
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<KubernetesOptions>>().Value;
    }
}

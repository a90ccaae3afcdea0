using System.Text.Json.Nodes;

namespace CredBroker.Server.Tests.Charts;

/// <summary>Wrong values are refused with a word that helps, and none gets out of its place in the output.</summary>
[TestFixture, Category("Unit")]
internal sealed class ChartValuesTests
{
    [TestCase("replicas=1", "minimum")]
    [TestCase("replicaCount=3", "additional properties 'replicaCount'")]
    [TestCase("redis.endpoints[0]=redis", "endpoints")]
    [TestCase("redis.user=a\\,ssl=false", "user")]
    [TestCase("redis.tls.verify=false", "additional properties 'verify'")]
    [TestCase("tokens.issuer=http://credbroker.acme.test", "issuer")]
    [TestCase("terminationGracePeriodSeconds=20", "minimum")]
    [TestCase("runAs.user=0", "minimum")]
    [TestCase("persistence.audit.size=much", "size")]
    [TestCase("settings.Acess.Issuers[0].Issuer=x", "additional properties 'Acess'")]
    [TestCase("settings.Listen.Http=http://0.0.0.0:80", "additional properties 'Listen'")]
    [TestCase("catalogue.documents.notes=x", "additional properties 'notes'")]
    [TestCase("image.digest=latest", "digest")]
    [TestCase("networkPolicy.clients[0].any=true", "additional properties 'any'")]
    [TestCase("vault.clusters[0].name=main", "address")]
    public async Task Template_ValueOfAnotherForm_IsRefusedBySchema(string value, string because)
    {
        var result = await RenderedChart.TryRenderAsync("--values", RenderedChart.ValuesOf("minimal"), "--set", value);

        Assert.That(result.ExitCode, Is.Not.Zero, result.Output);
        Assert.That(result.Error, Does.Contain("values don't meet the specifications of the schema").And.Contain(because));
    }

    [TestCase("tokens.issuer=", "tokens.issuer is missing")]
    [TestCase("tokens.encryptionKey.secretName=", "tokens.encryptionKey.secretName is missing")]
    [TestCase("tls.secretName=", "tls.secretName is missing")]
    [TestCase("redis.endpoints=null", "redis.endpoints is missing")]
    [TestCase("redis.connectionString.secretName=url", "exclude each other")]
    [TestCase("redis.tls.ca.secretName=ca", "need redis.tls.enabled")]
    [TestCase("catalogue.configMaps=null", "catalogue is empty")]
    [TestCase("policies.configMaps=null", "policies is empty")]
    [TestCase("attestation.kubernetes.enabled=true", "attestation.kubernetes.clusterName is missing")]
    [TestCase("autoscaling.enabled=true,autoscaling.minReplicas=9,autoscaling.maxReplicas=3", "above autoscaling.maxReplicas")]
    [TestCase("metrics.rules.enabled=true", "need metrics.enabled")]
    [TestCase("settings.Tokens.Issuer=https://other.acme.test", "Tokens:Issuer is set by the chart itself")]
    public async Task Template_ValuesThatContradictEachOther_AreRefused(string value, string because)
    {
        var result = await RenderedChart.TryRenderAsync("--values", RenderedChart.ValuesOf("minimal"), "--set", value);

        Assert.That(result.ExitCode, Is.Not.Zero, result.Output);
        Assert.That(result.Error, Does.Contain(because));
    }

    /// <summary>Text that would end a scalar, begin another document, call a template or have Kubernetes put something in.</summary>
    [Test]
    public async Task Template_HostileText_StaysTheValueThatItIs()
    {
        const string Hostile = "a\"\nkind: Pod\n---\n{{ .Values }} $(HOME) 'b' # c: \\ \u2028 <&>";
        var values = new JsonObject
        {
            ["settings"] = new JsonObject { ["Access"] = new JsonObject { ["Bindings"] = new JsonArray(new JsonObject { ["Principal"] = Hostile }) } },
            ["podAnnotations"] = new JsonObject { ["acme.test/note"] = Hostile },
            ["catalogue"] = new JsonObject { ["documents"] = new JsonObject { ["a.yaml"] = Hostile } },
        };
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, values.ToJsonString());
        try
        {
            var rendered = await RenderedChart.RenderAsync("--values", RenderedChart.ValuesOf("minimal"), "--values", file);

            Assert.That(rendered.Settings()["Access:Bindings:0:Principal"], Is.EqualTo(Hostile.Replace("$(", "$$(", StringComparison.Ordinal)));
            Assert.That((string?)rendered.One("StatefulSet")["spec"]!["template"]!["metadata"]!["annotations"]!["acme.test/note"], Is.EqualTo(Hostile));
            Assert.That((string?)rendered.One("ConfigMap")["data"]!["a.yaml"], Is.EqualTo(Hostile));
            Assert.That(rendered.All("Pod"), Is.Empty);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public async Task Template_WholeNumbersAndTruths_ReachTheBrokerAsTheyAre()
    {
        var rendered = await RenderedChart.RenderAsync(
            "--values", RenderedChart.ValuesOf("minimal"), "--set-json",
            """settings={"Audit":{"MaxFileBytes":1099511627776},"Attestation":{"AwsIam":{"AllowPrivateAddresses":true}},"Logging":{"LogLevel":{"Microsoft.AspNetCore":"Error"}}}""");

        var settings = rendered.Settings();
        Assert.That(settings["Audit:MaxFileBytes"], Is.EqualTo("1099511627776"));
        Assert.That(settings["Attestation:AwsIam:AllowPrivateAddresses"], Is.EqualTo("true"));
        Assert.That(settings["Logging:LogLevel:Microsoft.AspNetCore"], Is.EqualTo("Error"));
    }
}

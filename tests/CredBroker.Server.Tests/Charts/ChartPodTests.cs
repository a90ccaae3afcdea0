using System.Text.Json.Nodes;
using CredBroker.Server.Hosting;

namespace CredBroker.Server.Tests.Charts;

/// <summary>What a security team looks at first, whatever the values.</summary>
[TestFixture, Category("Unit")]
internal sealed class ChartPodTests
{
    private static IEnumerable<string> Sets => RenderedChart.Sets;

    /// <summary>The "restricted" level of the Pod Security Standards, and a root file system that nobody writes to.</summary>
    [TestCaseSource(nameof(Sets))]
    public async Task Pod_OfTheSet_IsRestricted(string set)
    {
        var pod = (await RenderedChart.GetAsync(set)).Pod;
        var container = pod["containers"]!.AsArray().Single()!;

        Assert.Multiple(() =>
        {
            Assert.That((bool)pod["securityContext"]!["runAsNonRoot"]!, Is.True);
            Assert.That((int)pod["securityContext"]!["runAsUser"]!, Is.Positive);
            Assert.That((string?)pod["securityContext"]!["seccompProfile"]!["type"], Is.EqualTo("RuntimeDefault"));
            Assert.That((bool)container["securityContext"]!["allowPrivilegeEscalation"]!, Is.False);
            Assert.That((bool)container["securityContext"]!["readOnlyRootFilesystem"]!, Is.True);
            Assert.That(container["securityContext"]!["capabilities"]!.ToJsonString(), Is.EqualTo("""{"drop":["ALL"]}"""));
            Assert.That(new[] { "hostNetwork", "hostPID", "hostIPC" }.Where(name => pod[name] is not null), Is.Empty);
            Assert.That((bool)pod["automountServiceAccountToken"]!, Is.False);
        });
    }

    /// <summary>Only so are the broker's own folders left 0700, and mounted secrets readable to it and to nobody else.</summary>
    [TestCaseSource(nameof(Sets))]
    public async Task Pod_OfTheSet_MountsFilesAsTheBrokerTakesThem(string set)
    {
        var pod = (await RenderedChart.GetAsync(set)).Pod;
        var secrets = pod["volumes"]!.AsArray().Where(volume => volume!["secret"] is not null || volume["projected"]?["sources"]!.AsArray()
            .Any(source => source!["secret"] is not null || source["serviceAccountToken"] is not null) == true).ToList();

        Assert.Multiple(() =>
        {
            Assert.That((string?)pod["securityContext"]!["fsGroupChangePolicy"], Is.EqualTo("OnRootMismatch"));
            Assert.That((int)pod["securityContext"]!["fsGroup"]!, Is.EqualTo((int)pod["securityContext"]!["runAsGroup"]!));
            Assert.That(secrets.Select(volume => (int)(volume!["secret"] ?? volume["projected"])!["defaultMode"]!), Is.Not.Empty.And.All.EqualTo(0x120), "0440");
            Assert.That(Mounts(pod).Where(mount => mount["subPath"] is not null), Is.Empty, "such a mount never changes");
            Assert.That(Mounts(pod).Select(mount => (string)mount["name"]!).Except(["data", "audit"]).Order(StringComparer.Ordinal),
                Is.EqualTo(pod["volumes"]!.AsArray().Select(volume => (string)volume!["name"]!).Order(StringComparer.Ordinal)));
        });
    }

    [TestCaseSource(nameof(Sets))]
    public async Task Pod_OfTheSet_HasTimeToStop(string set)
    {
        var pod = (await RenderedChart.GetAsync(set)).Pod;
        var pause = (int)pod["containers"]![0]!["lifecycle"]!["preStop"]!["sleep"]!["seconds"]!;

        Assert.That((int)pod["terminationGracePeriodSeconds"]!, Is.GreaterThanOrEqualTo(GracefulStop.WholePatience.TotalSeconds + pause + 5));
    }

    [TestCaseSource(nameof(Sets))]
    public async Task Rights_OfTheSet_AreThoseOfTheAttestorAlone(string set)
    {
        var chart = await RenderedChart.GetAsync(set);

        Assert.That(chart.All("Role").Concat(chart.All("RoleBinding")), Is.Empty);
        if (set != "vault") Assert.That(chart.All("ClusterRole").Concat(chart.All("ClusterRoleBinding")), Is.Empty);
        else
            Assert.That(chart.One("ClusterRole")["rules"]!.ToJsonString(), Is.EqualTo(
                """[{"apiGroups":["authentication.k8s.io"],"resources":["tokenreviews"],"verbs":["create"]},{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]"""));
    }

    [TestCaseSource(nameof(Sets))]
    public async Task NetworkPolicy_OfTheSet_LetsNobodyInUnnamed(string set)
    {
        var spec = (await RenderedChart.GetAsync(set)).One("NetworkPolicy")["spec"]!;

        Assert.That(spec["policyTypes"]!.ToJsonString(), Is.EqualTo("""["Ingress","Egress"]"""));
        Assert.That(spec["ingress"]!.AsArray().Select(rule => rule!["from"]?.AsArray().Count ?? 0), Is.All.Positive, "no peers would mean everybody");
        Assert.That(spec["ingress"]!.AsArray().Concat(spec["egress"]!.AsArray()).Select(rule => rule!["ports"]?.AsArray().Count ?? 0), Is.All.Positive);
    }

    private static IEnumerable<JsonNode> Mounts(JsonNode pod) => pod["containers"]![0]!["volumeMounts"]!.AsArray().Select(mount => mount!);
}

using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Json.Schema;
using k8s.Models;

namespace CredBroker.Server.Tests.Charts;

/// <summary>Every document is one that the API server takes: no field that it does not know, none of another type.</summary>
[TestFixture, Category("Unit")]
internal sealed class ChartKindTests
{
    private static readonly JsonSerializerOptions Strict = new()
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.Strict,
    };

    private static readonly Dictionary<string, Type> Kinds = new()
    {
        ["apps/v1 StatefulSet"] = typeof(V1StatefulSet),
        ["autoscaling/v2 HorizontalPodAutoscaler"] = typeof(V2HorizontalPodAutoscaler),
        ["networking.k8s.io/v1 NetworkPolicy"] = typeof(V1NetworkPolicy),
        ["policy/v1 PodDisruptionBudget"] = typeof(V1PodDisruptionBudget),
        ["rbac.authorization.k8s.io/v1 ClusterRole"] = typeof(V1ClusterRole),
        ["rbac.authorization.k8s.io/v1 ClusterRoleBinding"] = typeof(V1ClusterRoleBinding),
        ["v1 ConfigMap"] = typeof(V1ConfigMap),
        ["v1 Service"] = typeof(V1Service),
        ["v1 ServiceAccount"] = typeof(V1ServiceAccount),
    };

    private static readonly string[] CustomKinds =
        ["cert-manager.io/v1 Certificate", "monitoring.coreos.com/v1 PrometheusRule", "monitoring.coreos.com/v1 ServiceMonitor"];

    // Each is read once: the library keeps them by their place.
    private static readonly Dictionary<string, Lazy<JsonSchema>> Schemas = CustomKinds.ToDictionary(kind => kind, kind => new Lazy<JsonSchema>(() => JsonSchema.FromFile(
        Path.Combine(Testing.Repository.Root, "tests", "CredBroker.Server.Tests", "Charts", "Schemas", $"{kind.Split(' ')[1]}.schema.json"))));

    private static IEnumerable<string> Sets => RenderedChart.Sets;

    [TestCaseSource(nameof(Sets))]
    public async Task Documents_OfTheSet_AreWhatTheClusterTakes(string set)
    {
        foreach (var document in (await RenderedChart.GetAsync(set)).Documents)
        {
            var kind = KindOf(document);
            if (Kinds.TryGetValue(kind, out var type)) Assert.That(() => document.Deserialize(type, Strict), Throws.Nothing, kind);
            else AssertFollowsSchema(kind, document);
        }
    }

    [Test]
    public async Task Documents_OfAllSets_AreOfEveryKind()
    {
        var rendered = await Task.WhenAll(RenderedChart.Sets.Select(RenderedChart.GetAsync));

        Assert.That(
            rendered.SelectMany(chart => chart.Documents).Select(KindOf).Distinct().Order(StringComparer.Ordinal),
            Is.EqualTo(Kinds.Keys.Concat(CustomKinds).Order(StringComparer.Ordinal)));
    }

    [TestCase("StatefulSet", "spec", "bogus")]
    [TestCase("StatefulSet", "spec/template/spec/containers/0/livenessProbe/httpGet", "url")]
    [TestCase("NetworkPolicy", "spec/egress/0", "from")]
    [TestCase("ServiceMonitor", "spec/endpoints/0", "bogus")]
    [TestCase("PrometheusRule", "spec/groups/0/rules/0", "expression")]
    [TestCase("Certificate", "spec/privateKey", "curve")]
    public async Task Documents_WithAnotherField_AreRefused(string kind, string path, string field)
    {
        var document = (await RenderedChart.GetAsync("monitoring")).One(kind).DeepClone();
        var place = path.Split('/').Aggregate(document, (node, step) => int.TryParse(step, out var index) ? node[index]! : node[step]!);
        place[field] = "x";

        if (Kinds.TryGetValue(KindOf(document), out var type)) Assert.That(() => document.Deserialize(type, Strict), Throws.InstanceOf<JsonException>());
        else Assert.That(Evaluate(KindOf(document), document).IsValid, Is.False);
    }

    private static string KindOf(JsonNode document) => $"{document["apiVersion"]} {document["kind"]}";

    private static void AssertFollowsSchema(string kind, JsonNode document)
    {
        Assert.That(CustomKinds, Does.Contain(kind));
        var result = Evaluate(kind, document);
        Assert.That(result.IsValid, Is.True, () => string.Join('\n', (result.Details ?? []).Where(detail => detail.Errors is not null)
            .Select(detail => $"{kind} {detail.InstanceLocation}: {string.Join(", ", detail.Errors!.Values)}")));
    }

    private static EvaluationResults Evaluate(string kind, JsonNode document) =>
        Schemas[kind].Value.Evaluate(JsonSerializer.SerializeToElement(document), new EvaluationOptions { OutputFormat = OutputFormat.List });
}

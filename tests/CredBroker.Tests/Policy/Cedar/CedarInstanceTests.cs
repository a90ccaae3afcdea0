using System.Text;
using System.Text.Json;
using CredBroker.Policy.Cedar.Wasm;

namespace CredBroker.Tests.Policy.Cedar;

[TestFixture]
[Category("Unit")]
public sealed class CedarInstanceTests
{
    private const int SmallMemory = 4 * 1024 * 1024;

    [Test]
    public void Call_PolicyToJson_GivesCedarsAnswer()
    {
        using var instance = TestCedar.Module.CreateInstance();

        var answer = Ask(instance, "policyToJson", """@id("a") permit (principal, action, resource);""");

        Assert.That(answer.GetProperty("json").GetProperty("effect").GetString(), Is.EqualTo("permit"));
        Assert.That(answer.GetProperty("json").GetProperty("annotations").GetProperty("id").GetString(), Is.EqualTo("a"));
    }

    [Test]
    public void Call_TextBeyondAscii_ArrivesWhole()
    {
        using var instance = TestCedar.Module.CreateInstance();

        var answer = Ask(instance, "policyToJson", """@reason("Prüfung nötig: 審査 🔒") forbid (principal, action, resource);""");

        Assert.That(answer.GetProperty("json").GetProperty("annotations").GetProperty("reason").GetString(), Is.EqualTo("Prüfung nötig: 審査 🔒"));
    }

    [Test]
    public void Call_EmptyName_IsAName()
    {
        using var instance = TestCedar.Module.CreateInstance();

        var answer = instance.Call("preparsePolicySet", "", """{"staticPolicies":{}}"""u8.ToArray());

        Assert.That(Encoding.UTF8.GetString(answer), Does.Contain("success"));
    }

    [Test]
    public void Call_NotJson_Faults()
    {
        using var instance = TestCedar.Module.CreateInstance();

        Assert.That(() => instance.Call("validate", "{"u8.ToArray()), Throws.TypeOf<CedarFaultException>());
    }

    [Test]
    public void Call_UnknownFunction_Faults()
    {
        using var instance = TestCedar.Module.CreateInstance();

        Assert.That(() => instance.Call("isAllowedEverything", "{}"u8.ToArray()), Throws.TypeOf<CedarFaultException>());
    }

    [Test]
    public void Call_MoreMemoryThanItMayTake_FaultsAndLeavesOthersAlone()
    {
        using var small = TestCedar.Module.CreateInstance(SmallMemory);
        using var other = TestCedar.Module.CreateInstance();

        Assert.That(() => small.Call("policyToJson", JsonSerializer.SerializeToUtf8Bytes(new string(' ', 2 * SmallMemory))), Throws.TypeOf<CedarFaultException>());
        Assert.That(small.MemoryBytes, Is.LessThanOrEqualTo(SmallMemory));
        Assert.That(Ask(other, "policyToJson", "permit (principal, action, resource);").GetProperty("type").GetString(), Is.EqualTo("success"));
    }

    [Test]
    public void Call_PolicyNestedBeyondItsStack_FaultsAndLeavesOthersAlone()
    {
        using var instance = TestCedar.Module.CreateInstance();
        using var other = TestCedar.Module.CreateInstance();
        var deep = $"permit (principal, action, resource) when {{ {new string('(', 100_000)}true{new string(')', 100_000)} }};";

        Assert.That(() => Ask(instance, "policyToJson", deep), Throws.TypeOf<CedarFaultException>());
        Assert.That(Ask(other, "policyToJson", "permit (principal, action, resource);").GetProperty("type").GetString(), Is.EqualTo("success"));
    }

    [Test]
    public void CreateInstance_NoMemory_Faults() =>
        Assert.That(() => TestCedar.Module.CreateInstance(maxMemory: 1024), Throws.TypeOf<CedarFaultException>());

    private static JsonElement Ask(CedarInstance instance, string function, string value) =>
        JsonDocument.Parse(instance.Call(function, JsonSerializer.SerializeToUtf8Bytes(value))).RootElement;
}

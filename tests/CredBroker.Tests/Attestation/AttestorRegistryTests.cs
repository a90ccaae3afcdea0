using CredBroker.Attestation;

namespace CredBroker.Tests.Attestation;

[Category("Unit")]
public sealed class AttestorRegistryTests
{
    [Test]
    public void Constructor_TwoOfOneName_Throws()
    {
        IAttestor[] attestors = [new StubAttestor("spiffe_jwt"), new StubAttestor("other"), new StubAttestor("spiffe_jwt")];

        var thrown = Assert.Throws<InvalidOperationException>(() => _ = new AttestorRegistry(attestors));

        Assert.That(thrown.Message, Is.EqualTo("Two attestors are called 'spiffe_jwt'."));
    }

    [Test]
    public void Constructor_NoName_Throws() =>
        Assert.Throws<InvalidOperationException>(() => _ = new AttestorRegistry([new StubAttestor("")]));

    [Test]
    public void TryFind_NameOfOtherCase_FindsNothing()
    {
        var registry = new AttestorRegistry([new StubAttestor("b"), new StubAttestor("a")]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(string.Join(' ', registry.Names), Is.EqualTo("a b"));
            Assert.That(registry.TryFind("A", out _), Is.False);
            Assert.That(registry.TryFind("a", out var found), Is.True);
            Assert.That(found!.Name, Is.EqualTo("a"));
        }
    }
}

namespace CredBroker.Tests;

[TestFixture, Category("Unit")]
public sealed class SelectorPatternTests
{
    [TestCase("github:repository:acme/orders", "github:repository:acme/orders", true)]
    [TestCase("github:repository:acme/orders", "github:repository:acme/Orders", false)]
    [TestCase("github:repository:acme/orders", "github:repository:acme/orders2", false)]
    [TestCase("github:environment:My Env", "github:environment:My Env", true)]
    [TestCase("acme:iss:https://ci.acme.test/", "acme:iss:https://ci.acme.test/", true)]
    [TestCase("github:repository:acme/*", "github:repository:acme/orders", true)]
    [TestCase("github:repository:acme/*", "github:repository:acme/orders/x", true)]
    [TestCase("github:repository:acme/*", "github:repository:acme", false)]
    [TestCase("github:repository:acme/*", "github:repository:acme/", false)]
    [TestCase("github:repository:acme/*", "github:repository:acme-labs/orders", false)]
    [TestCase("github:repository:acme/*", "github:repository:acme/../evil", false)]
    [TestCase("github:repository:acme/*", "github:repository:acme/%2e%2e/evil", false)]
    [TestCase("github:repository:acme/*", "gitlab:repository:acme/orders", false)]
    public void Matches_Selector_AsThePatternSays(string pattern, string selector, bool matches) =>
        Assert.That(SelectorPattern.Parse(pattern).Matches(selector), Is.EqualTo(matches));

    [TestCase(null)]
    [TestCase("")]
    [TestCase("name")]
    [TestCase(":value")]
    [TestCase("name:")]
    [TestCase("*")]
    [TestCase("name:*")]
    [TestCase("name:/*")]
    [TestCase("name:a*")]
    [TestCase("name:*/b")]
    [TestCase("name:a/*/*")]
    [TestCase("name:a/../b")]
    [TestCase("name:a\nb")]
    [TestCase("name:a b/*")]
    public void TryParse_NoPattern_False(string? text) => Assert.That(SelectorPattern.TryParse(text, out _), Is.False);

    [Test]
    public void Matches_Nothing_False()
    {
        Assert.That(default(SelectorPattern).Matches(null), Is.False);
        Assert.That(default(SelectorPattern).Matches("a:b"), Is.False);
        Assert.That(SelectorPattern.Parse("a:b").Matches(null), Is.False);
    }
}

using FsCheck;
using FsCheck.Fluent;

namespace CredBroker.Tests;

[TestFixture]
[Category("Unit")]
public sealed class SubjectPatternTests
{
    [TestCase("spiffe://acme.test/agent/*")]
    [TestCase("spiffe://acme.test/*")]
    [TestCase("spiffe://acme.test/agent/one")]
    [TestCase("spiffe://acme.test")]
    [TestCase("repo:acme/orders:ref:refs/heads/main")]
    [TestCase("repo:acme/*")]
    [TestCase("orders/sa/*")]
    [TestCase("a/*")]
    [TestCase("a")]
    public void TryParse_Good_Reads(string text)
    {
        Assert.That(SubjectPattern.TryParse(text, out var pattern), Is.True);
        Assert.That(pattern.ToString(), Is.EqualTo(text));
        Assert.That(pattern.IsExact, Is.EqualTo(!text.EndsWith('*')));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("*")]
    [TestCase("/")]
    [TestCase("/*")]
    [TestCase("//*")]
    [TestCase("**")]
    [TestCase("a*")]
    [TestCase("a/**")]
    [TestCase("a/*/")]
    [TestCase("a/*/b")]
    [TestCase("*/a")]
    [TestCase("a/*/*")]
    [TestCase("spiffe://*")]
    [TestCase("spiffe:/*")]
    [TestCase("spiffe:///*")]
    [TestCase("spiffe:///a")]
    [TestCase("spiffe://*.test/agent")]
    [TestCase("spiffe://acme.test//agent/*")]
    [TestCase("spiffe://acme.test/agent/")]
    [TestCase("spiffe://acme.test/agent//*")]
    [TestCase("spiffe://acme.test/./agent")]
    [TestCase("spiffe://acme.test/agent/./*")]
    [TestCase("spiffe://acme.test/agent/../*")]
    [TestCase("spiffe://acme.test/a..b")]
    [TestCase("://acme.test/a")]
    [TestCase("/a")]
    [TestCase("a b")]
    [TestCase("a\n")]
    [TestCase("a\u0000")]
    [TestCase("a\u00a0b")]
    [TestCase("a\u200bb")]
    [TestCase("аgent")] // the first letter is Cyrillic
    [TestCase("a\\b")]
    public void TryParse_Bad_Refuses(string? text)
    {
        Assert.That(SubjectPattern.TryParse(text, out var pattern), Is.False);
        Assert.That(pattern, Is.EqualTo(default(SubjectPattern)));
    }

    [Test]
    public void TryParse_LongerThanAllowed_Refuses()
    {
        Assert.That(SubjectPattern.TryParse(new string('a', 2048), out _), Is.True);
        Assert.That(SubjectPattern.TryParse(new string('a', 2049), out _), Is.False);
    }

    [Test]
    public void Parse_Bad_Throws() => Assert.That(() => SubjectPattern.Parse("*"), Throws.InstanceOf<FormatException>());

    [TestCase("spiffe://acme.test/agent/x")]
    [TestCase("spiffe://acme.test/agent/x/y")]
    [TestCase("spiffe://acme.test/agent/...")]
    [TestCase("spiffe://acme.test/agent/.x")]
    [TestCase("spiffe://acme.test/agent/Prod%3A1")]
    public void Matches_Below_Matches(string subject) => Assert.That(Agents().Matches(subject), Is.True);

    [TestCase(null)]
    [TestCase("")]
    [TestCase("spiffe://acme.test/agent")]
    [TestCase("spiffe://acme.test/agent/")]
    [TestCase("spiffe://acme.test/agent-admin/x")]
    [TestCase("spiffe://acme.test/Agent/x")]
    [TestCase("SPIFFE://acme.test/agent/x")]
    [TestCase("spiffe://acme.test.evil/agent/x")]
    [TestCase("xspiffe://acme.test/agent/x")]
    [TestCase("spiffe://acme.test/agent/../admin/x")]
    [TestCase("spiffe://acme.test/agent/..")]
    [TestCase("spiffe://acme.test/agent/./x")]
    [TestCase("spiffe://acme.test/agent/x/../../admin")]
    [TestCase("spiffe://acme.test/agent//x")]
    [TestCase("spiffe://acme.test/agent/x/")]
    [TestCase("spiffe://acme.test/agent/%2e%2e/admin")]
    [TestCase("spiffe://acme.test/agent/%2E%2E/admin")]
    [TestCase("spiffe://acme.test/agent/..%2Fadmin")]
    [TestCase("spiffe://acme.test/agent/%252e%252e/admin")]
    [TestCase("spiffe://acme.test/agent/..\\admin")]
    [TestCase("spiffe://acme.test/agent/x%5c..")]
    [TestCase("spiffe://acme.test/agent/x%00")]
    [TestCase("spiffe://acme.test/agent/x\n")]
    [TestCase("spiffe://acme.test/agent/\u0000")]
    public void Matches_NotPlainlyBelow_DoesNotMatch(string? subject) => Assert.That(Agents().Matches(subject), Is.False);

    [Test]
    public void Matches_Exact_MatchesThatAndNothingElse()
    {
        var pattern = SubjectPattern.Parse("spiffe://acme.test/agent/one");
        Assert.Multiple(() =>
        {
            Assert.That(pattern.Matches("spiffe://acme.test/agent/one"), Is.True);
            Assert.That(pattern.Matches("spiffe://acme.test/agent/One"), Is.False);
            Assert.That(pattern.Matches("spiffe://acme.test/agent/one/two"), Is.False);
            Assert.That(pattern.Matches("spiffe://acme.test/agent"), Is.False);
            Assert.That(pattern.Matches(null), Is.False);
        });
    }

    [Test]
    public void Matches_NeverSet_MatchesNothing()
    {
        Assert.That(default(SubjectPattern).Matches(""), Is.False);
        Assert.That(default(SubjectPattern).Matches("x"), Is.False);
        Assert.That(default(SubjectPattern).IsExact, Is.False);
    }

    /// <summary>Whatever a prefix matches is, read as a path the way a careless reader does, still below the prefix.</summary>
    [FsCheck.NUnit.Property(MaxTest = 5_000)]
    public Property Matches_AnySubject_StaysBelowThePrefix() => Prop.ForAll(
        Gen.Elements("a", "/", ".", "..", "%2e", "%2F", "%25", "\\", "*", "x/y", " ").ArrayOf().Select(string.Concat).ToArbitrary(),
        rest =>
        {
            var subject = "spiffe://acme.test/agent/" + rest;
            if (!Agents().Matches(subject)) return true;
            var decoded = Uri.UnescapeDataString(Uri.UnescapeDataString(rest)).Replace('\\', '/');
            return Path.GetFullPath("/agent/" + decoded).StartsWith("/agent/", StringComparison.Ordinal) && Path.GetFullPath("/agent/" + decoded) == "/agent/" + decoded;
        });

    [FsCheck.NUnit.Property(MaxTest = 2_000)]
    public Property TryParse_AnyText_MatchesItselfWhereExact() => Prop.ForAll(
        Gen.Elements("a", "/", ".", "*", ":", "://", "/*", " ").ArrayOf().Select(string.Concat).ToArbitrary(),
        text => !SubjectPattern.TryParse(text, out var pattern) || (pattern.IsExact ? pattern.Matches(text) : pattern.Matches(text[..^1] + "x") && !pattern.Matches(text[..^2])));

    private static SubjectPattern Agents() => SubjectPattern.Parse("spiffe://acme.test/agent/*");
}

using System.Text;
using CredBroker.Attestation;

namespace CredBroker.Tests.Attestation;

[TestFixture, Category("Unit")]
public sealed class JoinTokenTests
{
    private static readonly DateTimeOffset Expiry = new(2026, 12, 1, 10, 0, 0, TimeSpan.Zero);

    [Test]
    public void New_Twice_AreTwoTokensThatHideThemselves()
    {
        var (one, two) = (JoinToken.New(), JoinToken.New());

        Assert.That(one.Reveal(), Does.Match("^cbj_[A-Za-z0-9_-]{43}$").And.Not.EqualTo(two.Reveal()));
        Assert.That(one.ToString(), Does.Not.Contain(one.Reveal()[4..]));
    }

    [Test]
    public void TryParse_ItsOwnText_HasTheSameHash()
    {
        var token = JoinToken.New();

        Assert.That(JoinToken.TryParse(Encoding.ASCII.GetBytes(token.Reveal()), out var read), Is.True);
        Assert.That(read!.Hash, Is.EqualTo(token.Hash));
    }

    [TestCase("")]
    [TestCase("cbj_")]
    [TestCase("cbj_{0}x")]
    [TestCase("CBJ_{0}")]
    [TestCase("cbt_{0}")]
    [TestCase(" cbj_{0}")]
    [TestCase("cbj_{0}\n")]
    public void TryParse_AnythingElse_False(string form) =>
        Assert.That(JoinToken.TryParse(Encoding.ASCII.GetBytes(string.Format(null, form, new string('A', 43))), out _), Is.False);

    [TestCase("edge/7")]
    [TestCase("a")]
    [TestCase("rack-1/node_2.lab")]
    public void Line_WrittenAndRead_IsTheSame(string name)
    {
        var line = new JoinTokenLine(name, Expiry, JoinToken.New().Hash);

        Assert.That(JoinTokenLine.TryParse(line.ToString(), out var read), Is.True);
        Assert.That(read, Is.EqualTo(line));
    }

    [TestCase("")]
    [TestCase("/")]
    [TestCase("a/")]
    [TestCase("/a")]
    [TestCase("a//b")]
    [TestCase("a/./b")]
    [TestCase("a/../b")]
    [TestCase("a..b")]
    [TestCase("A")]
    [TestCase("a b")]
    [TestCase("a*")]
    [TestCase("{{a}}")]
    public void IsName_AnythingElse_False(string name) => Assert.That(JoinTokenLine.IsName(name), Is.False);
}

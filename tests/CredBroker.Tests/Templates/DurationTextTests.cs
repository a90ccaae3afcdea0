using CredBroker.Templates;
using FsCheck;
using FsCheck.Fluent;

namespace CredBroker.Tests.Templates;

[TestFixture]
[Category("Unit")]
public sealed class DurationTextTests
{
    [TestCase("30s", 30)]
    [TestCase("5m", 300)]
    [TestCase("4h", 14_400)]
    [TestCase("1h30m", 5_400)]
    [TestCase("1h1s", 3_601)]
    [TestCase("90m", 5_400)]
    [TestCase("0s", 0)]
    [TestCase("99999h", 359_996_400)]
    public void TryParse_Good_Reads(string text, int seconds)
    {
        Assert.That(DurationText.TryParse(text, out var duration), Is.True);
        Assert.That(duration, Is.EqualTo(TimeSpan.FromSeconds(seconds)));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("30")]
    [TestCase("s")]
    [TestCase("-5s")]
    [TestCase("+5s")]
    [TestCase("5S")]
    [TestCase("5 s")]
    [TestCase(" 5s")]
    [TestCase("5s\n")]
    [TestCase("1.5h")]
    [TestCase("30m1h")]
    [TestCase("1m1m")]
    [TestCase("1h30")]
    [TestCase("5ms")]
    [TestCase("1d")]
    [TestCase("100000s")]
    [TestCase("٣s")]
    public void TryParse_Bad_Refuses(string? text)
    {
        Assert.That(DurationText.TryParse(text, out var duration), Is.False);
        Assert.That(duration, Is.EqualTo(TimeSpan.Zero));
    }

    [FsCheck.NUnit.Property]
    public Property Format_AnyWholeSeconds_IsReadAsTheSame() => Prop.ForAll(Gen.Choose(0, 359_999_999).ToArbitrary(), seconds =>
    {
        var duration = TimeSpan.FromSeconds(seconds);
        return DurationText.TryParse(DurationText.Format(duration), out var read) && read == duration;
    });

    [FsCheck.NUnit.Property]
    public Property TryParse_AnyInteger_Refuses() =>
        Prop.ForAll(Gen.Choose(int.MinValue, int.MaxValue).ToArbitrary(), number => !DurationText.TryParse($"{number}", out _));

    [FsCheck.NUnit.Property(MaxTest = 2_000)]
    public Property TryParse_AnyText_AgreesWithThePattern() => Prop.ForAll(
        Gen.Elements("0123459hms -+".ToCharArray()).ArrayOf().Select(letters => new string(letters)).ToArbitrary(),
        text => DurationText.TryParse(text, out _) == System.Text.RegularExpressions.Regex.IsMatch(text, $@"^(?:{DurationText.Pattern})\z"));
}

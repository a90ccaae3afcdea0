using System.Globalization;
using CredBroker.Templates.Shapes;

namespace CredBroker.Templates.Documents;

/// <summary>The forms of values that more than one kind of document uses.</summary>
internal static class Words
{
    public const string ApiVersion = "credbroker/v1";

    public static readonly TimeSpan LongestDuration = TimeSpan.FromHours(24);

    public static Shape Name { get; } = new TextShape("[a-z0-9][a-z0-9-]{0,62}",
        "a name: 1 to 63 lower-case letters, digits and hyphens, not beginning with a hyphen");

    public static Shape AttestorName { get; } = new TextShape("[a-z0-9][a-z0-9_-]{0,62}",
        "the name of an attestor, such as spiffe_jwt");

    public static Shape Line { get; } = new TextShape(@"[^\u0000-\u001f\u007f-\u009f\u2028\u2029]{1,256}", "one line of 1 to 256 characters");

    /// <summary>A principal of at most 256 characters, with its issuer where there are several.</summary>
    public static Shape Principal { get; } = new TextShape(@"[^\u0000-\u001f\u007f-\u009f\u2028\u2029]{1,1024}", "the name of an operator on one line of 1 to 1024 characters");

    public static Shape Prose { get; } = new TextShape(@"[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]{1,2048}", "1 to 2048 characters of text");

    public static Shape Subject { get; } = new TextShape(@"[!-)+-~]+(/\*)?",
        "an exact subject, or a prefix that ends in /* below a name: no star elsewhere, no empty, . or .. parts, no white space",
        text => SubjectPattern.TryParse(text, out _));

    public static Shape Selector { get; } = new TextShape(@"[^\u0000-\u001f\u007f-\u009f\u2028\u2029:*]+:[^\u0000-\u001f\u007f-\u009f\u2028\u2029*]+(/\*)?",
        "an attested fact name:value, exact, or a prefix that ends in /* below a value: no star elsewhere, no ..",
        text => SelectorPattern.TryParse(text, out _));

    public static Shape Audience { get; } = new TextShape("[!-~]{1,512}",
        "an absolute URI, or a word without a colon, of at most 512 printable ASCII characters", IsStringOrUri);

    /// <summary>The scope-token of RFC 6749, section 3.3.</summary>
    public static Shape Scope { get; } = new TextShape(@"[!#-\[\]-~]{1,128}", "a scope of RFC 6749: 1 to 128 printable ASCII characters without \" and \\");

    public static Shape Duration { get; } = new DurationShape(LongestDuration);

    public static Shape Sensitivities { get; } = ChoiceOf<Sensitivity>();

    public static Shape Risks { get; } = ChoiceOf<RiskLevel>();

    public static Shape Kinds { get; } = ChoiceOf<WorkloadKind>();

    public static Shape Containments { get; } = ChoiceOf<Containment>();

    public static Shape Proofs { get; } = ChoiceOf<ProofDemand>();

    public static TEnum Value<TEnum>(string word) where TEnum : struct, Enum => Enum.Parse<TEnum>(word, ignoreCase: true);

    private static ChoiceShape ChoiceOf<TEnum>() where TEnum : struct, Enum =>
        new([.. Enum.GetNames<TEnum>().Select(name => name.ToLower(CultureInfo.InvariantCulture))]);

    // StringOrURI of RFC 7519, section 2: what holds a colon must be a URI.
    private static bool IsStringOrUri(string text) => !text.Contains(':', StringComparison.Ordinal) || Uri.TryCreate(text, UriKind.Absolute, out _);
}

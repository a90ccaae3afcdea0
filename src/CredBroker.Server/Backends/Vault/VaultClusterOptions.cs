using System.Text.RegularExpressions;
using CredBroker.Server.KeySets;

namespace CredBroker.Server.Backends.Vault;

/// <summary>One cluster of Vault or OpenBao: where it is, how the broker logs in, and how hard it is asked.</summary>
public sealed partial class VaultClusterOptions
{
    private const string KubernetesToken = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    /// <summary>The name by which templates mean it.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its address, such as <c>https://vault.acme.test:8200</c>. Plain http is for a development broker and this machine alone.</summary>
    public string Address { get; set; } = "";

    /// <summary>The namespace that the broker logs in to, and that templates mean unless they name one; none = the root.</summary>
    public string? Namespace { get; set; }

    /// <summary>PEM file of the authorities that its certificate may come from; none = the machine's.</summary>
    public string? CaFile { get; set; }

    /// <summary>How the broker logs in.</summary>
    public VaultLoginMethod Login { get; set; }

    /// <summary>Where the auth method is mounted; none = <c>approle</c>, <c>kubernetes</c> or <c>jwt</c>, as the method is called.</summary>
    public string? LoginMount { get; set; }

    /// <summary>For <see cref="VaultLoginMethod.Kubernetes"/> and <see cref="VaultLoginMethod.Jwt"/>: the role.</summary>
    public string? LoginRole { get; set; }

    /// <summary>For <see cref="VaultLoginMethod.AppRole"/>: the role id.</summary>
    public string? RoleId { get; set; }

    /// <summary>For <see cref="VaultLoginMethod.AppRole"/>: the file of the secret id; read at each login.</summary>
    public string? SecretIdFile { get; set; }

    /// <summary>For <see cref="VaultLoginMethod.Jwt"/> and <see cref="VaultLoginMethod.Kubernetes"/>: the file of the JWT, read at each login; none = the service account's.</summary>
    public string? JwtFile { get; set; }

    /// <summary>For <see cref="VaultLoginMethod.TokenFile"/>: the file of the token; read again when it changes.</summary>
    public string? TokenFile { get; set; }

    /// <summary>The token role by which child tokens are made, unless a template names one.</summary>
    public string TokenRole { get; set; } = "credbroker";

    /// <summary>How long one call may take: 1 s to 30 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How much of that connecting may take: 100 ms to 5 s. It is kept short because a secret must be asked for soon after its lease is recorded.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Calls under way at a time, 1 to 10,000; more are refused at once.</summary>
    public int MaxConcurrentCalls { get; set; } = 256;

    /// <summary>Calls in a second, up to 100,000; more are refused at once. 0 = no limit of ours.</summary>
    public int CallsPerSecond { get; set; }

    /// <summary>Failures within <see cref="BreakFor"/> or 10 s after which the cluster, or one mount of it, is left alone for a while: 2 to 1,000.</summary>
    public int FailuresBeforeBreak { get; set; } = 5;

    /// <summary>For how long it is left alone: 500 ms to 10 min.</summary>
    public TimeSpan BreakFor { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long Vault is given to revoke what hangs on a token whose secret never reached the broker, before that counts as confirmed: 0 to 10 min.</summary>
    public TimeSpan CascadeTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the cluster's tokens are searched for some of ours that no lease knows: 1 min to 24 h. None = never. It visits every token.</summary>
    public TimeSpan? ReconcileEvery { get; set; }

    internal string LoginMountOrDefault => LoginMount ?? Login switch
    {
        VaultLoginMethod.AppRole => "approle",
        VaultLoginMethod.Kubernetes => "kubernetes",
        _ => "jwt",
    };

    internal string JwtFileOrDefault => JwtFile ?? KubernetesToken;

    /// <summary>What is wrong with the settings, one line each.</summary>
    internal IEnumerable<string> Faults(string at, bool isDevelopment)
    {
        if (!NameForm().IsMatch(Name)) yield return $"{at}:{nameof(Name)} must be 1 to 63 lower-case letters, digits and hyphens, not beginning with a hyphen.";
        if (!IsAddress(isDevelopment))
            yield return $"{at}:{nameof(Address)} must be an https address without path, such as https://vault.acme.test:8200; http is for development and this machine alone.";
        if (Namespace is not null && !PathForm().IsMatch(Namespace)) yield return $"{at}:{nameof(Namespace)} must be a path such as team/payments, without slashes at its ends.";
        if (AuthorityFile.FaultOf(CaFile) is { } ca) yield return $"{at}:{nameof(CaFile)} {ca}: {CaFile}.";
        if (!PathForm().IsMatch(TokenRole)) yield return $"{at}:{nameof(TokenRole)} must be the name of a token role.";
        foreach (var fault in LoginFaults(at).Concat(LimitFaults(at))) yield return fault;
    }

    private IEnumerable<string> LoginFaults(string at)
    {
        if (Login == VaultLoginMethod.None)
        {
            yield return $"{at}:{nameof(Login)} must be AppRole, Kubernetes, Jwt or TokenFile.";
            yield break;
        }

        if (LoginMount is not null && !PathForm().IsMatch(LoginMount)) yield return $"{at}:{nameof(LoginMount)} must be a path such as approle, without slashes at its ends.";
        (string Name, string? Value, bool Wanted, bool Possible)[] parts =
        [
            (nameof(RoleId), RoleId, Login == VaultLoginMethod.AppRole, Login == VaultLoginMethod.AppRole),
            (nameof(SecretIdFile), SecretIdFile, Login == VaultLoginMethod.AppRole, Login == VaultLoginMethod.AppRole),
            (nameof(LoginRole), LoginRole, IsByJwt, IsByJwt),
            (nameof(JwtFile), JwtFile, Login == VaultLoginMethod.Jwt, IsByJwt),
            (nameof(TokenFile), TokenFile, Login == VaultLoginMethod.TokenFile, Login == VaultLoginMethod.TokenFile),
            (nameof(LoginMount), LoginMount, false, Login != VaultLoginMethod.TokenFile),
        ];
        foreach (var (name, value, wanted, possible) in parts)
        {
            if (wanted && string.IsNullOrWhiteSpace(value)) yield return $"{at}:{name} is missing: {nameof(Login)} {Login} needs it.";
            if (!possible && value is not null) yield return $"{at}:{name} is not for {nameof(Login)} {Login}.";
        }
    }

    private IEnumerable<string> LimitFaults(string at) =>
    [
        .. Outside(at, nameof(CallTimeout), CallTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30)),
        .. Outside(at, nameof(ConnectTimeout), ConnectTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5)),
        .. Outside(at, nameof(BreakFor), BreakFor, TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(10)),
        .. Outside(at, nameof(CascadeTime), CascadeTime, TimeSpan.Zero, TimeSpan.FromMinutes(10)),
        .. ReconcileEvery is { } every ? Outside(at, nameof(ReconcileEvery), every, TimeSpan.FromMinutes(1), TimeSpan.FromHours(24)) : [],
        .. Outside(at, nameof(MaxConcurrentCalls), MaxConcurrentCalls, 1, 10_000),
        .. Outside(at, nameof(CallsPerSecond), CallsPerSecond, 0, 100_000),
        .. Outside(at, nameof(FailuresBeforeBreak), FailuresBeforeBreak, 2, 1_000),
    ];

    private bool IsByJwt => Login is VaultLoginMethod.Jwt or VaultLoginMethod.Kubernetes;

    private bool IsAddress(bool isDevelopment) =>
        Uri.TryCreate(Address, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (isDevelopment && uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && uri is { PathAndQuery: "/", UserInfo: "", Fragment: "" };

    private static IEnumerable<string> Outside<T>(string at, string name, T value, T least, T most)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
            yield return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{at}:{name} must be from {least} to {most}.");
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,62}\z")]
    private static partial Regex NameForm();

    [GeneratedRegex(@"^(?!.*(^|/)\.{1,2}(/|\z))(?=.{1,128}\z)[A-Za-z0-9_.@+=-]+(/[A-Za-z0-9_.@+=-]+)*\z", RegexOptions.ExplicitCapture)]
    private static partial Regex PathForm();
}

namespace CredBroker.Server.Attestation.Oidc;

/// <summary>What is known of the ID tokens of one kind of issuer.</summary>
/// <param name="Name">Its name in settings, and that of its selectors where nothing else is said.</param>
/// <param name="Issuer">Its issuer; null = each installation or tenant has its own.</param>
/// <param name="Selectors">The claims that become selectors, by the selector's name.</param>
/// <param name="SingleUse">Whether every token is fresh and has a <c>jti</c>; caches of identity tokens hand out the same one again.</param>
/// <param name="MaxLifetime">The longest life of its tokens.</param>
internal sealed record OidcPreset(
    string Name, string? Issuer, IReadOnlyDictionary<string, string[]> Selectors, bool SingleUse, TimeSpan MaxLifetime)
{
    /// <summary>Any other issuer: its claims are named in the settings.</summary>
    public static OidcPreset None { get; } = new("", null, new Dictionary<string, string[]>(), SingleUse: true, TimeSpan.FromHours(1));

    /// <summary>Every preset.</summary>
    public static IReadOnlyList<OidcPreset> All { get; } =
    [
        new("github", "https://token.actions.githubusercontent.com", Plain(
            "repository", "repository_id", "repository_owner", "repository_owner_id", "repository_visibility", "ref", "ref_type", "environment",
            "workflow_ref", "job_workflow_ref", "event_name", "actor", "actor_id", "runner_environment", "enterprise", "enterprise_id"),
            SingleUse: true, TimeSpan.FromHours(1)),
        new("gitlab", "https://gitlab.com", Plain(
            "project_id", "project_path", "namespace_id", "namespace_path", "ref", "ref_type", "ref_protected", "environment",
            "environment_protected", "deployment_tier", "pipeline_source", "ci_config_ref_uri", "runner_environment", "user_id"),
            SingleUse: true, TimeSpan.FromHours(1)),
        new("google", "https://accounts.google.com", new Dictionary<string, string[]>
        {
            ["email"] = ["email"],
            ["azp"] = ["azp"],
            ["hd"] = ["hd"],
            ["project_id"] = ["google", "compute_engine", "project_id"],
            ["zone"] = ["google", "compute_engine", "zone"],
            ["instance_id"] = ["google", "compute_engine", "instance_id"],
            ["instance_name"] = ["google", "compute_engine", "instance_name"],
        }, SingleUse: false, TimeSpan.FromHours(1)),
        new("azure", null, Plain("tid", "oid", "appid", "azp", "idtyp", "xms_mirid"), SingleUse: false, TimeSpan.FromHours(24)),
    ];

    public static OidcPreset? Find(string? name) => string.IsNullOrEmpty(name) ? None : All.FirstOrDefault(preset => preset.Name == name);

    private static Dictionary<string, string[]> Plain(params string[] claims) => claims.ToDictionary(claim => claim, claim => new[] { claim });
}

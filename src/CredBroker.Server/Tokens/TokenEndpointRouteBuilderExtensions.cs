using System.Globalization;
using CredBroker.Tokens;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Tokens;

/// <summary>Maps the well-known documents.</summary>
public static class TokenEndpointRouteBuilderExtensions
{
    private static readonly string CacheControl = string.Create(
        CultureInfo.InvariantCulture, $"public, max-age={JsonWebKeySetDocument.MaxAge.TotalSeconds:0}");

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>
    /// Maps the key set, <c>openid-configuration</c> and <c>oauth-authorization-server</c> below <c>/.well-known</c>, for
    /// anybody to read.
    /// </summary>
    public static IEndpointRouteBuilder MapTokenEndpoints(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var keys = endpoints.ServiceProvider.GetRequiredService<ISigningKeyRing>();
        var issuer = endpoints.ServiceProvider.GetRequiredService<IOptions<TokenOptions>>().Value.Issuer;
        Map(endpoints, DiscoveryDocument.KeySetPath, JsonWebKeySetDocument.MediaType, () => JsonWebKeySetDocument.Write(keys.Published));
        Map(endpoints, DiscoveryDocument.OpenIdConfigurationPath, "application/json", () => DiscoveryDocument.OpenIdConfiguration(issuer, keys.Published));
        Map(endpoints, DiscoveryDocument.AuthorizationServerPath, "application/json", () => DiscoveryDocument.AuthorizationServerMetadata(issuer));
        return endpoints;
    }

    private static void Map(IEndpointRouteBuilder endpoints, string path, string mediaType, Func<ReadOnlyMemory<byte>> document) =>
        endpoints.MapMethods(path, Methods, async context =>
        {
            var body = document();
            context.Response.ContentType = mediaType;
            context.Response.ContentLength = body.Length;
            context.Response.Headers.CacheControl = CacheControl;
            if (HttpMethods.IsGet(context.Request.Method)) await context.Response.Body.WriteAsync(body, context.RequestAborted);
        });
}

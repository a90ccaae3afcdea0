using CredBroker.Tokens;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Api.AuthZen;

/// <summary>Maps the AuthZEN Authorization API 1.0.</summary>
internal static class AuthZenRouteBuilderExtensions
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps the evaluations, for holders of a task token, and the document that tells of them, for anybody.</summary>
    public static IEndpointRouteBuilder MapAuthZen(this IEndpointRouteBuilder endpoints)
    {
        var evaluations = endpoints.ServiceProvider.GetRequiredService<EvaluationEndpoint>();
        var decisionPoint = endpoints.ServiceProvider.GetRequiredService<IOptions<TokenOptions>>().Value.Issuer;
        endpoints.MapPost(DecisionPointMetadata.EvaluationPath, context => evaluations.AnswerAsync(context, mayBeMany: false));
        endpoints.MapPost(DecisionPointMetadata.EvaluationsPath, context => evaluations.AnswerAsync(context, mayBeMany: true));
        var document = DecisionPointMetadata.Document(decisionPoint);
        endpoints.MapMethods(DecisionPointMetadata.PathFor(decisionPoint), Reading, async context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = document.Length;
            context.Response.Headers.CacheControl = "public, max-age=300";
            if (HttpMethods.IsGet(context.Request.Method)) await context.Response.Body.WriteAsync(document, context.RequestAborted);
        });
        return endpoints;
    }
}

using Grpc.Core;
using Grpc.Core.Interceptors;

namespace CredBroker.Client.Internal;

/// <summary>Adds the proof of possession to each call that has a place for one, because only here the call's own name is known.</summary>
internal sealed class ProofInterceptor(DpopKey key, Uri broker) : Interceptor
{
    /// <summary>The name of the header, in gRPC's lower case.</summary>
    public const string Header = "dpop";

    private const string Authorization = "authorization";
    private const string Scheme = "DPoP ";

    /// <summary>Headers of a call that is to carry a proof.</summary>
    public static Metadata HeadersFor(string? token)
    {
        var headers = new Metadata { { Header, "" } };
        if (token is not null) headers.Add(Authorization, Scheme + token);
        return headers;
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, Prove(context));

    private ClientInterceptorContext<TRequest, TResponse> Prove<TRequest, TResponse>(ClientInterceptorContext<TRequest, TResponse> context)
        where TRequest : class
        where TResponse : class
    {
        if (context.Options.Headers?.GetValue(Header) is not { Length: 0 }) return context;
        var token = context.Options.Headers.GetValue(Authorization)?[Scheme.Length..];
        // Of its own for each attempt: a proof is good once.
        var headers = new Metadata { { Header, key.Prove("POST", new Uri(broker, context.Method.FullName), token) } };
        foreach (var entry in context.Options.Headers)
            if (entry.Key != Header) headers.Add(entry);
        return new ClientInterceptorContext<TRequest, TResponse>(context.Method, context.Host, context.Options.WithHeaders(headers));
    }
}

using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using CredBroker.Attestation;
using CredBroker.Protocol.V1;
using CredBroker.Server.Api.Wire;
using Grpc.Core;

namespace CredBroker.Server.Api;

/// <summary><c>AttestationService</c> of the protocol.</summary>
internal sealed class AttestationGrpcService(Challenges challenges, AttestorRegistry attestors) : AttestationService.AttestationServiceBase
{
    public override Task<GetChallengeResponse> GetChallenge(GetChallengeRequest request, ServerCallContext context)
    {
        new RequestLimits()
            .Require(attestors.TryFind(request.Attestor, out _), "attestor", "is none of this server")
            .Require(request.KeyThumbprint.Length == 0 || IsThumbprint(request.KeyThumbprint), "key_thumbprint", "is not a SHA-256 in base64url")
            .ThrowIfAny();
        var challenge = challenges.New(request.Attestor, request.KeyThumbprint);
        return Task.FromResult(new GetChallengeResponse { Challenge = challenge.Text, ExpiresAt = Write.Instant(challenge.ExpiresAt) });
    }

    private static bool IsThumbprint(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        return text.Length == Base64Url.GetEncodedLength(hash.Length)
            && Base64Url.DecodeFromChars(text, hash, out _, out var written) == OperationStatus.Done && written == hash.Length;
    }
}

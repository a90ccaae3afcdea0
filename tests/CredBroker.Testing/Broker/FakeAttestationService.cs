using CredBroker.Protocol.V1;
using Grpc.Core;

namespace CredBroker.Testing.Broker;

internal sealed class FakeAttestationService(FakeBroker broker) : AttestationService.AttestationServiceBase
{
    public override Task<GetChallengeResponse> GetChallenge(GetChallengeRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (r, _) => new GetChallengeResponse { Challenge = $"challenge for {r.Attestor}" });
}

using CredBroker.Approvals;
using CredBroker.Leases;

namespace CredBroker.Conformance.Stores;

/// <summary>Anything that people, agents and the end of a task can do to a request, in any order and several at once: the state machine holds.</summary>
public abstract class ApprovalModelConformance(IStoreForm form) : StoreConformance(form)
{
    private const int Runs = 60;
    private const int StepsPerRun = 12;

    /// <summary>What may follow what.</summary>
    private static readonly Dictionary<ApprovalState, ApprovalState[]> Next = new()
    {
        [ApprovalState.Pending] = [ApprovalState.Pending, ApprovalState.Approved, ApprovalState.Denied, ApprovalState.Lapsed],
        [ApprovalState.Approved] = [ApprovalState.Used, ApprovalState.Lapsed],
        [ApprovalState.Denied] = [],
        [ApprovalState.Lapsed] = [],
        [ApprovalState.Used] = [],
    };

    private enum Verb
    {
        Agree,
        AgreeEnough,
        Refuse,
        VoteOnWhatIsOld,
        Begin,
        BeginForAnother,
        Use,
        Lapse,
        LapseIfDue,
        Forget,
        AskAgain,
    }

    [Test]
    public async Task Run_AnyStepsOneByOne_StoreAgreesWithTheModel([Range(1, 3)] int seed)
    {
        var random = new Random(seed);
        for (var run = 0; run < Runs; run++)
        {
            var task = await Broker.OpenAsync();
            var model = await Broker.AskAsync(task);
            var trace = new List<string>();
            for (var step = 0; step < StepsPerRun; step++)
            {
                var verb = (Verb)random.Next(Enum.GetValues<Verb>().Length);
                trace.Add($"{model.State}.{verb}");
                var (expected, after) = Expect(model, verb);
                Assert.That(await DoAsync(task, model, verb), Is.EqualTo(expected), () => string.Join(' ', trace));
                model = await Broker.ReadAsync(model);
                Assert.That(model.State, Is.EqualTo(after), () => string.Join(' ', trace));
            }
        }
    }

    [Test]
    public async Task Run_ManyStepsAtOnce_EveryChangeIsAllowedAndUsedAtMostOnce([Range(1, 3)] int seed)
    {
        var random = new Random(seed);
        for (var run = 0; run < Runs; run++)
        {
            var task = await Broker.OpenAsync();
            var read = await Broker.AskAsync(task);
            var uses = 0;
            var states = new List<ApprovalState> { read.State };
            for (var round = 0; round < 3; round++)
            {
                var verbs = Enumerable.Range(0, 8).Select(_ => (Verb)random.Next((int)Verb.Forget)).ToList();
                var outcomes = await Task.WhenAll(verbs.Select(verb => DoAsync(task, read, verb)));
                uses += verbs.Zip(outcomes).Count(done => done is (Verb.Begin or Verb.Use, true));
                var now = await Broker.ReadAsync(read);
                var changes = verbs.Zip(outcomes).Count(done => done.Second && done.First is not (Verb.VoteOnWhatIsOld or Verb.BeginForAnother));
                Assert.That(now.Generation - read.Generation, Is.EqualTo(changes), "each change that was answered for, and no other");
                states.Add((read = now).State);
            }

            Assert.That(uses, Is.EqualTo(read.State == ApprovalState.Used ? 1 : 0));
            Assert.That((await Broker.Leases.ListAsync(task.Id, 0, 50, None)).Leases, Has.Count.EqualTo(read.UsedFor is null ? 0 : 1));
            foreach (var (from, to) in states.Zip(states.Skip(1))) Assert.That(Reaches(from, to), Is.True, $"{from} to {to}");
        }
    }

    private static bool Reaches(ApprovalState from, ApprovalState to) => from == to || Next[from].Any(next => next != from && Reaches(next, to));

    private static (bool Changes, ApprovalState After) Expect(ApprovalRequest model, Verb verb) => (model.State, verb) switch
    {
        (ApprovalState.Pending, Verb.Agree) => (true, ApprovalState.Pending),
        (ApprovalState.Pending, Verb.AgreeEnough) => (true, ApprovalState.Approved),
        (ApprovalState.Pending, Verb.Refuse) => (true, ApprovalState.Denied),
        (ApprovalState.Pending or ApprovalState.Approved, Verb.Lapse) => (true, ApprovalState.Lapsed),
        (ApprovalState.Approved, Verb.Begin or Verb.Use) => (true, ApprovalState.Used),
        _ => (false, model.State),
    };

    /// <summary>Whether it changed the request.</summary>
    private async Task<bool> DoAsync(HeldTask task, ApprovalRequest request, Verb verb)
    {
        switch (verb)
        {
            case Verb.Agree:
                return await Broker.TryVoteAsync(request, ApprovalState.Pending) == VoteOutcome.Recorded;
            case Verb.AgreeEnough:
                return await Broker.TryVoteAsync(request, ApprovalState.Approved) == VoteOutcome.Recorded;
            case Verb.Refuse:
                return await Broker.TryVoteAsync(request, ApprovalState.Denied) == VoteOutcome.Recorded;
            case Verb.VoteOnWhatIsOld:
                return await Broker.TryVoteAsync(request with { Generation = request.Generation - 1 }, ApprovalState.Approved) == VoteOutcome.Recorded;
            case Verb.Begin:
                return await Broker.TryBeginAsync(task, LeaseDraft.Token.For(request)) is BeginOutcome.Begun;
            case Verb.BeginForAnother:
                return await Broker.TryBeginAsync(task, LeaseDraft.Token.For(request) with { ApprovedAction = "another" }) is BeginOutcome.Begun;
            case Verb.Use:
                return await Broker.Approvals.UseAsync(request, task.Token.SecretHash, None) is null;
            case Verb.Lapse:
                return await Broker.Approvals.LapseAsync(request.Id, onlyIfDue: false, None);
            case Verb.LapseIfDue:
                return await Broker.Approvals.LapseAsync(request.Id, onlyIfDue: true, None);
            case Verb.Forget:
                if (request.IsOpen) await Broker.Approvals.ForgetAsync(request.Id, request, None);
                return false;
            default:
                if (request.IsOpen) Assert.That(await Broker.TryAskAsync(task), Is.TypeOf<AskOutcome.Stands>());
                return false;
        }
    }
}

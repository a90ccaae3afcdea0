namespace CredBroker.Server.Tests.Storage.Model;

/// <summary>One step of a run. The numbers choose among what there is by then, so that a run with steps left out is a run too.</summary>
/// <param name="Verb">What is done.</param>
/// <param name="Which">To which of the tasks, leases or claims.</param>
/// <param name="How">With which of the choices that the verb has.</param>
public readonly record struct Step(Verb Verb, int Which, int How)
{
    public T Choose<T>(IReadOnlyList<T> choices) => choices[How % choices.Count];

    public override string ToString() => $"{Verb} {Which} {How}";
}

using CredBroker.Templates;

namespace CredBroker.Policy.Cedar.Replays;

/// <summary>What is to be replayed cannot be read.</summary>
/// <param name="fault">What is wrong with it.</param>
internal sealed class ReplayFaultException(CatalogueFault fault) : Exception(fault.ToString())
{
    /// <summary>What is wrong with it.</summary>
    public CatalogueFault Fault { get; } = fault;
}

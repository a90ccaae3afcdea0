using System.Collections.Concurrent;
using CredBroker.Testing.Vault.Http;

namespace CredBroker.Testing.Vault.Faults;

/// <summary>What is going wrong. Of several that fit a request the one that came first has it.</summary>
public sealed class VaultFaults
{
    private readonly ConcurrentQueue<VaultFault> _faults = new();

    /// <summary>Lets it go wrong from now on.</summary>
    public VaultFault Add(VaultFault fault)
    {
        _faults.Enqueue(fault);
        return fault;
    }

    /// <summary>Lifts all of them.</summary>
    public void Clear()
    {
        while (_faults.TryDequeue(out var fault)) fault.Lift();
    }

    internal VaultFault? Next(VaultRequest request) => _faults.IsEmpty ? null : _faults.FirstOrDefault(fault => fault.Takes(request));
}

namespace CredBroker.Conformance.Stores;

/// <summary>What a store can suffer.</summary>
public interface IStoreMishaps
{
    /// <summary>Whether <see cref="RestartAsync"/> can be done to this form of it.</summary>
    bool CanRestart { get; }

    /// <summary>Restarts the store, or has its replicas take over, so that everything it acknowledged has to be there.</summary>
    Task RestartAsync();

    /// <summary>Drops the scripts that the store keeps.</summary>
    Task ForgetScriptsAsync();

    /// <summary>Lets a bucket find that its clock once showed more than it does, as after a failover to a machine whose clock is behind.</summary>
    Task SetClockBackAsync(int bucket, TimeSpan by);

    /// <summary>Takes back the latest revocations of a bucket's log, as a failover does to what no replica had yet.</summary>
    Task LoseLatestRevocationsAsync(int bucket, int count);

    /// <summary>Takes back the latest thing that verifiers were told of a fence.</summary>
    Task LoseLatestFenceNoticeAsync();

    /// <summary>Leaves revocations in a bucket's log whose tokens expired long ago, as a quiet time after a busy one does.</summary>
    Task LeaveOldRevocationsAsync(int bucket, int count);

    /// <summary>Leaves quarantines in a task's bucket, of it and of a workload, that only a broker of a later version can read.</summary>
    Task LeaveQuarantinesOfLaterAsync(TaskId taskId);

    /// <summary>Makes of a request for approval one that only a broker of a later version can read.</summary>
    Task LeaveApprovalOfLaterAsync(ApprovalId id);
}

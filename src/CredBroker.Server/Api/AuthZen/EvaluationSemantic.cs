namespace CredBroker.Server.Api.AuthZen;

/// <summary>How far the evaluations of one request go (AuthZEN Authorization API 1.0, section 7.1.2.1).</summary>
internal enum EvaluationSemantic
{
    /// <summary>All of them.</summary>
    ExecuteAll,

    /// <summary>To the first that is not permitted, that one included.</summary>
    DenyOnFirstDeny,

    /// <summary>To the first that is permitted, that one included.</summary>
    PermitOnFirstPermit,
}

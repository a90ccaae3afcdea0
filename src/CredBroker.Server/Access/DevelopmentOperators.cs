using System.Security.Cryptography;
using CredBroker.Server.Hosting;

namespace CredBroker.Server.Access;

/// <summary>Operators of a development machine: one of each role, in every tenant. Never anywhere else.</summary>
internal sealed partial class DevelopmentOperators : IOperatorAuthenticator
{
    private readonly (Operator Operator, byte[] Hash)[] _known;

    /// <summary>Reads the tokens, or makes them.</summary>
    /// <exception cref="StartRefusedException">The file of the tokens cannot be used.</exception>
    public DevelopmentOperators(DataFolder folder, ILogger<DevelopmentOperators> logger)
    {
        _known = [.. DevelopmentOperatorsFile.Open(folder).Select(entry => (OperatorOf(entry.Key), entry.Value))];
        var path = folder.File(DevelopmentOperatorsFile.FileName);
        LogFile(logger, path);
    }

    public ValueTask<Operator?> AuthenticateAsync(string token, CancellationToken cancellationToken)
    {
        var hash = DevelopmentToken.HashOf(token);
        Operator? found = null;
        foreach (var (known, knownHash) in _known)
            if (CryptographicOperations.FixedTimeEquals(hash, knownHash)) found = known;
        return ValueTask.FromResult(found);
    }

    private static Operator OperatorOf(OperatorRole role)
    {
        var principal = $"development/{OperatorRoles.NameOf(role)}";
        return new Operator(principal, [new RoleBinding(principal, role, RoleBinding.EveryTenant)]);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The tokens of development operators are in {Path}")]
    private static partial void LogFile(ILogger logger, string path);
}

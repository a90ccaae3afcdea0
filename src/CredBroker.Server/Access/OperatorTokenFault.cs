namespace CredBroker.Server.Access;

/// <summary>Why a token proves no operator, in words for the log: "its …". It never holds anything of the token.</summary>
internal sealed class OperatorTokenFault(string message, Exception? innerException = null) : Exception(message, innerException);

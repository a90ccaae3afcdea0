using System.Globalization;

namespace CredBroker.Client.Internal.Aws;

/// <summary>A request to the root path of an AWS service, without a query.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Host">Its host, with the port where that is not the usual one.</param>
/// <param name="Headers">The headers that are signed besides <c>host</c> and <c>x-amz-date</c>, by lower-case names.</param>
/// <param name="Body">Its body.</param>
/// <param name="Region">The region that it is signed for.</param>
/// <param name="Service">The service that it is signed for.</param>
/// <param name="Time">When it is signed.</param>
internal sealed record AwsRequest(
    string Method, string Host, IReadOnlyDictionary<string, string> Headers, byte[] Body, string Region, string Service, DateTimeOffset Time)
{
    /// <summary><see cref="Time"/> as <c>x-amz-date</c>.</summary>
    public string Date => Time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
}

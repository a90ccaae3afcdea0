using CredBroker.Server.Attestation.AwsIam;

namespace CredBroker.Server.Tests.Attestation.AwsIam;

[TestFixture, Category("Unit")]
public sealed class AwsIamOptionsTests
{
    [Test]
    public void Addresses_NoneSet_IsTheGlobalEndpoint() => Assert.That(new AwsIamOptions().Addresses, Is.EqualTo(new[] { "https://sts.amazonaws.com/" }));

    [TestCase("https://sts.eu-west-1.amazonaws.com")]
    [TestCase("https://sts.eu-west-1.amazonaws.com/")]
    [TestCase("http://127.0.0.1:8080")]
    public void Faults_Endpoint_None(string endpoint) => Assert.That(new AwsIamOptions { Endpoints = { endpoint } }.Faults(), Is.Empty);

    [TestCase("http://sts.amazonaws.com")]
    [TestCase("https://sts.amazonaws.com/x")]
    [TestCase("https://sts.amazonaws.com?x")]
    [TestCase("https://user@sts.amazonaws.com")]
    [TestCase("https://STS.amazonaws.com")]
    [TestCase("https://sts.amazonaws.com:443")]
    [TestCase("sts.amazonaws.com")]
    [TestCase("")]
    public void Faults_WrongEndpoint_OneLine(string endpoint) => Assert.That(new AwsIamOptions { Endpoints = { endpoint } }.Faults().Count(), Is.EqualTo(1));

    [TestCase("12345678901")]
    [TestCase("1234567890123")]
    [TestCase("12345678901a")]
    [TestCase("*")]
    public void Faults_WrongAccount_OneLine(string account) => Assert.That(new AwsIamOptions { Accounts = { account } }.Faults().Count(), Is.EqualTo(1));
}

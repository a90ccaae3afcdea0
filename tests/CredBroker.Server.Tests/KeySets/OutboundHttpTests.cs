using System.Net;
using System.Net.Sockets;
using System.Text;
using CredBroker.Server.KeySets;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Testing.Access;
using Microsoft.AspNetCore.Http;

namespace CredBroker.Server.Tests.KeySets;

/// <summary>Endpoints that redirect, flood, dawdle or hide in a private network, over real sockets.</summary>
[TestFixture, Category("Server")]
public sealed class OutboundHttpTests
{
    private FakeIssuer _issuer;

    [SetUp]
    public async Task Start() => _issuer = await FakeIssuer.StartAsync();

    [TearDown]
    public async Task Stop() => await _issuer.DisposeAsync();

    [Test]
    public async Task ReadAsync_GoodAnswer_IsItsContent()
    {
        using var http = new OutboundHttp(AccessTo(_issuer.Address));

        Assert.That(Encoding.UTF8.GetString(await http.ReadAsync(Keys, CancellationToken.None)), Does.Contain(_issuer.Key.KeyId));
    }

    [TestCase(StatusCodes.Status301MovedPermanently)]
    [TestCase(StatusCodes.Status302Found)]
    [TestCase(StatusCodes.Status307TemporaryRedirect)]
    [TestCase(StatusCodes.Status308PermanentRedirect)]
    public async Task ReadAsync_Redirect_IsNotFollowed(int status)
    {
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        _issuer.Misbehaviour = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = $"http://{elsewhere.LocalEndpoint}/keys";
            return Task.CompletedTask;
        };

        Assert.That(await FaultOf(AccessTo(_issuer.Address), Keys), Is.EqualTo($"the answer is {status}"));
        Assert.That(elsewhere.Pending(), Is.False);
    }

    [TestCase(StatusCodes.Status204NoContent)]
    [TestCase(StatusCodes.Status206PartialContent)]
    [TestCase(StatusCodes.Status404NotFound)]
    [TestCase(StatusCodes.Status503ServiceUnavailable)]
    public async Task ReadAsync_AnythingBut200_IsNoAnswer(int status)
    {
        _issuer.Misbehaviour = context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };

        Assert.That(await FaultOf(AccessTo(_issuer.Address), Keys), Is.EqualTo($"the answer is {status}"));
    }

    [TestCase("")]
    [TestCase("first\nsecond")]
    public async Task ReadAsync_TokenFileThatHoldsNone_AsksNobody(string content)
    {
        using var scratch = new ScratchFolder();
        await File.WriteAllTextAsync(scratch.File("token"), content);
        using var http = new OutboundHttp(AccessTo(_issuer.Address) with { TokenFile = scratch.File("token") });

        var fault = await Assert.ThrowsAsync<InvalidDataException>(() => http.ReadAsync(Keys, CancellationToken.None));

        Assert.That(fault!.Message, Is.EqualTo("the file of its token holds none"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task ReadAsync_Flood_StopsAtItsBound(bool announced)
    {
        var sent = 0L;
        _issuer.Misbehaviour = async context =>
        {
            if (announced) context.Response.ContentLength = 1L << 40;
            var block = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                // Completed: nobody is there any more to whom it could go.
                if ((await context.Response.BodyWriter.WriteAsync(block, context.RequestAborted)).IsCompleted) return;
                sent += block.Length;
            }
        };
        using var http = new OutboundHttp(AccessTo(_issuer.Address));

        var fault = await Assert.ThrowsAsync<HttpRequestException>(() => http.ReadAsync(Keys, CancellationToken.None));

        Assert.That(fault!.HttpRequestError, Is.EqualTo(HttpRequestError.ConfigurationLimitExceeded));
        // What the kernel buffers comes on top of what was read.
        Assert.That(sent, Is.LessThan(64L * OutboundHttp.MaxBytes));
    }

    [Test]
    public async Task ReadAsync_Dripping_IsGivenUpInTime()
    {
        _issuer.Misbehaviour = async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync(" ", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, context.RequestAborted);
            }
        };
        using var http = new OutboundHttp(AccessTo(_issuer.Address), patience: TimeSpan.FromMilliseconds(300));

        await Assert.CatchAsync<OperationCanceledException>(() => http.ReadAsync(Keys, CancellationToken.None));
    }

    [TestCase("127.0.0.1")]
    [TestCase("::1")]
    [TestCase("::ffff:127.0.0.1")]
    public async Task ReadAsync_NameOfAPrivateAddress_IsRefusedWithoutAConnection(string address)
    {
        using var inside = new TcpListener(IPAddress.IPv6Any, 0) { Server = { DualMode = true } };
        inside.Start();
        var uri = new Uri($"https://login.acme.test:{((IPEndPoint)inside.LocalEndpoint).Port}/keys");

        var fault = await FaultOf(new RemoteAccess(uri, AllowPrivateAddresses: false, CaFile: null), uri, address);

        Assert.That(fault, Is.EqualTo("its address is a private one"));
        Assert.That(inside.Pending(), Is.False);
    }

    [Test]
    public async Task ReadAsync_PrivateAddressThatTheSettingsAllow_IsReached()
    {
        using var inside = new TcpListener(IPAddress.Loopback, 0);
        inside.Start();
        var uri = new Uri($"https://login.acme.test:{((IPEndPoint)inside.LocalEndpoint).Port}/keys");
        using var http = new OutboundHttp(
            new RemoteAccess(uri, AllowPrivateAddresses: true, CaFile: null), (_, _) => Task.FromResult(new[] { IPAddress.Loopback }));

        var reading = http.ReadAsync(uri, CancellationToken.None);
        using (await inside.AcceptTcpClientAsync())
        {
        }

        // There was a connection, and no TLS at the other end.
        await Assert.CatchAsync<HttpRequestException>(() => reading);
    }

    [TestCase("https://127.0.0.1:PORT/keys", "its address is a private one")]
    [TestCase("https://localhost:PORT/keys", "its address is a private one")]
    [TestCase("http://127.0.0.1:PORT/keys", "its address is neither https nor on this machine")]
    [TestCase("http://login.acme.test:PORT/keys", "its address is neither https nor on this machine")]
    [TestCase("file:///etc/passwd", "its address is neither https nor on this machine")]
    public async Task ReadAsync_ThisMachineNamedByAnIssuerElsewhere_IsRefusedWithoutAConnection(string address, string expected)
    {
        using var inside = new TcpListener(IPAddress.Loopback, 0);
        inside.Start();
        var uri = new Uri(address.Replace("PORT", $"{((IPEndPoint)inside.LocalEndpoint).Port}", StringComparison.Ordinal));

        Assert.That(await FaultOf(AccessTo("https://login.acme.test"), uri, "127.0.0.1"), Is.EqualTo(expected));
        Assert.That(inside.Pending(), Is.False);
    }

    [Test]
    public async Task ReadAsync_UnknownName_SaysSo()
    {
        var uri = new Uri("https://login.acme.test/keys");

        Assert.That(await FaultOf(AccessTo("https://login.acme.test"), uri), Is.EqualTo("its name is unknown"));
    }

    private Uri Keys => new($"{_issuer.Address}/keys");

    private static RemoteAccess AccessTo(string address) => new(new Uri(address), AllowPrivateAddresses: false, CaFile: null);

    private static async Task<string> FaultOf(RemoteAccess access, Uri address, params string[] resolved)
    {
        using var http = new OutboundHttp(access, (_, _) => Task.FromResult(resolved.Select(IPAddress.Parse).ToArray()));
        var fault = await Assert.CatchAsync(() => http.ReadAsync(address, CancellationToken.None));
        return fault is HttpRequestException ? fault.InnerException!.Message : fault!.Message;
    }
}

using CredBroker.Testing.Stores;

namespace CredBroker.Server.Tests.Stores;

/// <summary>The servers that other tests build on, and empty: nothing runs beside it.</summary>
[TestFixture, Category("Store")]
public sealed class RedisFormTests
{
    private static IEnumerable<RedisForm> Forms => RedisForms.All;

    [TestCaseSource(nameof(Forms))]
    public async Task GetAsync_FormThatIsHere_KeepsAValue(RedisForm form)
    {
        if (await form.ReasonToSkipAsync() is { } reason) Assert.Ignore(reason);
        var servers = await form.GetAsync();
        await using var connection = await PatientConnection.OpenAsync(servers);

        await connection.GetDatabase().StringSetAsync("{b}form", form.Name);

        Assert.That((string?)await connection.GetDatabase().StringGetAsync("{b}form"), Is.EqualTo(form.Name));
        Assert.That(await form.GetAsync(), Is.SameAs(servers), "one set of servers");
    }
}

using CredBroker.Server.Access;
using CredBroker.Server.Api;
using CredBroker.Server.Api.AuthZen;
using CredBroker.Server.Attestation.AwsIam;
using CredBroker.Server.Attestation.JoinTokens;
using CredBroker.Server.Attestation.Kubernetes;
using CredBroker.Server.Attestation.Limits;
using CredBroker.Server.Attestation.Oidc;
using CredBroker.Server.Attestation.SpiffeJwt;
using CredBroker.Server.Attestation.SpiffeX509;
using CredBroker.Server.Attestation.X509Pop;
using CredBroker.Server.Audit;
using CredBroker.Server.Backends.Vault;
using CredBroker.Server.Hosting.Connections;
using CredBroker.Server.Hosting.Production;
using CredBroker.Server.Hosting.Tls;
using CredBroker.Server.Policy;
using CredBroker.Server.Proofs;
using CredBroker.Server.Storage;
using CredBroker.Server.Telemetry;
using CredBroker.Server.Templates;
using CredBroker.Server.Tokens;
using CredBroker.Tokens;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Hosting;

/// <summary>Puts the server together.</summary>
public static class BrokerHost
{
    /// <summary>The largest message that is read; above what a good request can be, so that a bad one is refused with its reason.</summary>
    private const int MaxMessageBytes = 2 * 1024 * 1024;

    /// <summary>Builds the server from settings; nothing listens yet.</summary>
    /// <param name="args">Command-line settings, <c>--Section:Name=value</c>.</param>
    /// <param name="configure">Changes to make before it is built, for hosts that embed it.</param>
    /// <exception cref="StartRefusedException">The settings or the machine do not allow it.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        configure?.Invoke(builder);
        var listeners = AddHosting(builder);
        builder.Services.AddLeaseStore(builder.Configuration);
        builder.Services.AddAuditLog(builder.Configuration);
        builder.Services.AddTemplateCatalogue(builder.Configuration);
        builder.Services.AddAttestationLimits(builder.Configuration);
        builder.Services.AddPolicies(builder.Configuration);
        builder.Services.AddSpiffeJwtAttestor(builder.Configuration);
        builder.Services.AddSpiffeX509Attestor(builder.Configuration);
        builder.Services.AddOidcAttestor(builder.Configuration);
        builder.Services.AddKubernetesAttestor(builder.Configuration);
        builder.Services.AddAwsIamAttestor(builder.Configuration);
        builder.Services.AddX509PopAttestor(builder.Configuration);
        builder.Services.AddJoinTokenAttestor(builder.Configuration);
        builder.Services.AddTokens(builder.Configuration);
        builder.Services.AddProofs(builder.Configuration);
        builder.Services.AddVaultBackend(builder.Configuration, builder.Environment);
        builder.Services.AddBroker(builder.Configuration);
        builder.Services.AddAccess(builder.Configuration);
        builder.AddTelemetry();
        AddGrpc(builder.Services);
        builder.Services.AddAuthZen();

        var app = builder.Build();
        // All settings at once, and before the first of them is used.
        app.Services.GetRequiredService<IStartupValidator>().Validate();
        ProductionRules.Require(app.Services);
        app.UseMiddleware<ConnectionUse>();
        app.UseMetricsListener();
        app.UseRouting();
        app.UseMiddleware<UnreadableRequests>();
        app.UseMiddleware<CallDeadlines>();
        MapEndpoints(app);
        var data = app.Services.GetRequiredService<DataFolder>();
        app.Lifetime.ApplicationStarted.Register(() => listeners.Publish(data));
        app.Lifetime.ApplicationStopped.Register(listeners.Dispose);
        return app;
    }

    private static Listeners AddHosting(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var listen = RequireValid(builder.Configuration, ListenOptions.SectionName, new ListenOptions(), options => options.Faults());
        var data = RequireValid(builder.Configuration, DataOptions.SectionName, new DataOptions(), options => options.Faults());
        var limits = RequireValid(builder.Configuration, LimitOptions.SectionName, new LimitOptions(), options => options.Faults());
        var prometheus = RequireValid(builder.Configuration, PrometheusOptions.SectionName, new PrometheusOptions(), options => options.Faults());
        var listeners = new Listeners(listen, prometheus.Listen is { } metrics ? new MetricsListener(metrics) : null);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Above the largest message, so that it is the message that is refused, with its reason.
            TransportLimits.Apply(kestrel.Limits, MaxMessageBytes + 1024, limits.StreamsPerConnection);
            listeners.Configure(kestrel);
        });
        services.RefuseOtherSections();
        services.AddSettings<ListenOptions>(builder.Configuration, ListenOptions.SectionName, options => options.Faults());
        services.AddSettings<DataOptions>(builder.Configuration, DataOptions.SectionName, options => options.Faults());
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new DataFolder(Path.GetFullPath(data.Path)));
        services.AddSingleton<BrokerStatus>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = GracefulStop.WholePatience + listen.DrainDelay);
        services.AddConnections(builder.Configuration);
        services.AddTls(listeners);
        services.AddSingleton<StreamDrain>();
        services.AddHostedService<GracefulStop>();
        if (builder.Environment.IsDevelopment())
        {
            services.PostConfigure<TokenOptions>(options =>
            {
                if (options.Issuer.Length == 0 && listeners.HttpAddress is { } address) options.Issuer = address;
            });
        }

        return listeners;
    }

    private static void AddGrpc(IServiceCollection services)
    {
        // It would tell of each request that cannot be read with a stack trace; UnreadableRequests tells what is worth it.
        services.AddLogging(logging => logging.AddFilter("Grpc.AspNetCore.Server.ServerCallHandler", LogLevel.Critical));
        services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = MaxMessageBytes;
            // The first is the outermost: it turns the others' refusals into statuses.
            options.Interceptors.Add<RefusalInterceptor>();
            options.Interceptors.Add<AttestationLimitInterceptor>();
            options.Interceptors.Add<AccessInterceptor>();
            options.Interceptors.Add<CallLimitInterceptor>();
        }).AddJsonTranscoding(options => options.TypeRegistry = Refusals.Details);
        services.AddGrpcHealthChecks().AddCheck<ReadinessCheck>("ready");
    }

    private static void MapEndpoints(WebApplication app)
    {
        app.MapGrpcService<AttestationGrpcService>();
        app.MapGrpcService<TaskGrpcService>();
        app.MapGrpcService<CredentialGrpcService>();
        app.MapGrpcService<LeaseGrpcService>();
        app.MapGrpcService<RevocationGrpcService>();
        app.MapGrpcService<RevocationFeedGrpcService>();
        app.MapGrpcService<GovernanceGrpcService>();
        app.MapGrpcService<ApprovalGrpcService>();
        app.MapUnimplementedServices();
        app.MapGrpcHealthChecksService();
        app.MapHealthChecks("/readyz");
        app.MapGet("/livez", () => Results.Text("ok"));
        app.MapTokenEndpoints();
        app.MapAuthZen();
    }

    private static TOptions RequireValid<TOptions>(
        ConfigurationManager configuration, string section, TOptions options, Func<TOptions, IEnumerable<string>> faults)
        where TOptions : class
    {
        try
        {
            configuration.GetSection(section).Bind(options);
        }
        catch (InvalidOperationException fault)
        {
            // The binder's sentence names the setting, the value and what it should be.
            throw new StartRefusedException(fault.Message, fault);
        }

        return faults(options).ToList() is { Count: > 0 } found ? throw new StartRefusedException(string.Join('\n', found)) : options;
    }
}

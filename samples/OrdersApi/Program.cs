using CredBroker.Verification;
using CredBroker.Verification.Authorization;
using OrdersApi;

var builder = WebApplication.CreateBuilder(args);
var broker = builder.Configuration.GetSection(CredBrokerVerificationOptions.SectionName);

builder.Services.AddSingleton<OrderBook>();
builder.Services.AddHealthChecks().AddCredBroker();
builder.Services.AddAuthentication().AddCredBroker(options =>
{
    options.Authority = broker.GetValue<Uri>("Authority");
    options.BrokerAddress = broker.GetValue<Uri>("Address");
    options.Issuer = broker["Issuer"];
    options.Audience = broker["Audience"] ?? "https://orders.acme.test";
    options.EvidenceFile = broker["EvidenceFile"];
});
builder.Services.AddAuthorizationBuilder()
    .AddPolicy("orders-read", policy => policy.RequireScope("orders:read").RequireCapability("read"))
    .AddPolicy("orders-write", policy => policy.RequireScope("orders:write").RequireCapability("write"));

var app = builder.Build();
app.MapHealthChecks("/healthz");
app.MapGet("/orders", (OrderBook orders) => orders.All()).RequireAuthorization("orders-read");
app.MapPost("/orders", (NewOrder order, OrderBook orders) => order switch
{
    { Item: not { Length: > 0 and <= 100 } } or { Quantity: not (> 0 and <= 10_000) } => Results.BadRequest(),
    _ => orders.Add(order) is { } added ? Results.Created($"/orders/{added.Id}", added) : Results.StatusCode(StatusCodes.Status507InsufficientStorage),
}).RequireAuthorization("orders-write");
app.Run();

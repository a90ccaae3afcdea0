namespace CredBroker.Conformance.Stores;

/// <summary>How a store is set up, as far as tests have to know.</summary>
/// <param name="IntentLife">How long a lease may stay an intent.</param>
/// <param name="Remember">How long what is over is remembered beyond its latest instant.</param>
/// <param name="RememberIdempotencyKey">How long an idempotency key is kept.</param>
/// <param name="ClockBound">How far the clocks of broker and store may differ.</param>
/// <param name="FeedLength">Revocations that each bucket remembers.</param>
public sealed record StoreRules(
    TimeSpan IntentLife, TimeSpan Remember, TimeSpan RememberIdempotencyKey, TimeSpan ClockBound, int FeedLength);

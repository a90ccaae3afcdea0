using CredBroker.Approvals;
using CredBroker.Policy;
using CredBroker.Templates;

namespace CredBroker.Tests.Approvals;

/// <summary>Everybody counts once.</summary>
[TestFixture]
[Category("Unit")]
public sealed class QuorumTests
{
    private static readonly Dictionary<string, ApproverGroup> Groups = new()
    {
        ["owners"] = new ApproverGroup("owners", "x", ["ann", "bob", "cy"]),
        ["oncall"] = new ApproverGroup("oncall", "x", ["bob", "dee"]),
        ["bobs"] = new ApproverGroup("bobs", "x", ["bob"]),
    };

    [TestCase("owners:1", "ann", true)]
    [TestCase("owners:1", "dee", false)]
    [TestCase("owners:1", "", false)]
    [TestCase("owners:2", "ann ann", false)]
    [TestCase("owners:2", "ann cy", true)]
    [TestCase("owners:1 oncall:1", "bob", false, Description = "who is in both stands for one")]
    [TestCase("owners:1 oncall:1", "bob ann", true)]
    [TestCase("oncall:1 owners:1", "bob ann", true)]
    [TestCase("owners:1 oncall:1 bobs:1", "ann bob", false)]
    [TestCase("owners:1 oncall:1 bobs:1", "bob dee ann", true, Description = "bob has to stand for bobs")]
    [TestCase("owners:2 oncall:2", "ann bob dee", false)]
    [TestCase("owners:2 oncall:2", "ann bob cy dee", true)]
    [TestCase("nobody:1", "ann", false)]
    public void IsMet_SomeHaveAgreed_CountsEachOnce(string needs, string approvers, bool met) =>
        Assert.That(Quorum.IsMet(Read(needs), Groups, approvers.Split(' ', StringSplitOptions.RemoveEmptyEntries)), Is.EqualTo(met));

    [TestCase("owners:3", null)]
    [TestCase("owners:4", "fewer people")]
    [TestCase("nobody:1", "no ApproverGroup nobody")]
    [TestCase("oncall:2 bobs:1", "too few people between them")]
    [TestCase("oncall:1 bobs:1", null)]
    public void Hindrance_WhatNobodyCanGive_IsSaid(string needs, string? said) =>
        Assert.That(Quorum.Hindrance(Read(needs), Groups), said is null ? Is.Null : Does.Contain(said));

    [Test]
    public void IsMet_AnyNeedsAndPeople_AgreesWithTryingEverySeating()
    {
        var random = new Random(6);
        string[] people = ["a", "b", "c", "d", "e"];
        for (var round = 0; round < 2_000; round++)
        {
            var groups = Enumerable.Range(0, 3).Select(i => new ApproverGroup($"g{i}", "x", [.. people.Where(_ => random.Next(2) == 0)])).ToDictionary(g => g.Name);
            var needs = groups.Keys.Select(name => new ApprovalNeed(name, random.Next(1, 3))).Take(random.Next(1, 4)).ToList();
            var approvers = people.Where(_ => random.Next(3) > 0).ToList();
            var seats = needs.SelectMany(need => Enumerable.Repeat(need.Group, need.Count)).ToList();

            Assert.That(Quorum.IsMet(needs, groups, approvers), Is.EqualTo(CanSeat(seats, 0, groups, approvers)));
        }
    }

    private static bool CanSeat(List<string> seats, int at, Dictionary<string, ApproverGroup> groups, IReadOnlyList<string> free) =>
        at == seats.Count || free.Any(person => groups[seats[at]].Has(person) && CanSeat(seats, at + 1, groups, [.. free.Where(other => other != person)]));

    private static List<ApprovalNeed> Read(string text) =>
        [.. text.Split(' ').Select(part => part.Split(':')).Select(parts => new ApprovalNeed(parts[0], parts[1][0] - '0'))];
}

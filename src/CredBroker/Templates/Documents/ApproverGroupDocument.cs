using CredBroker.Templates.Shapes;

namespace CredBroker.Templates.Documents;

/// <summary><c>kind: ApproverGroup</c>.</summary>
internal static class ApproverGroupDocument
{
    public static DocumentKind Kind { get; } = new("ApproverGroup", isOwned: true, new MapShape(
        new Field("approvers", new ListShape(Words.Principal) { Least = 1 }, "Operators, as the audit trail names them; each needs the role approver too.")
        {
            IsRequired = true,
        }));

    public static ApproverGroup Build(SourceDocument document) =>
        new(document.Name!, document.Text("metadata.owner")!, document.List("spec.approvers"));
}

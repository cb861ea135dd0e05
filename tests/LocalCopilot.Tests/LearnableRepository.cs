namespace LocalCopilot.Tests;

/// <summary>A repository with a house style of its own, one file a commit, so that even a short training learns something that is found in newer commits.</summary>
internal static class LearnableRepository
{
    private static readonly string[] Nouns = ["invoice", "voucher", "shipment", "refund", "deposit", "pension", "royalty", "tariff", "dividend", "mortgage", "salary", "customs", "premium", "lease"];
    private static readonly string[] Verbs = ["settle", "reverse", "accrue", "release", "transfer", "writeoff", "collect", "escrow", "adjust", "forfeit"];
    private static readonly string[] Accounts = ["receivables", "payables", "suspense", "clearing", "reserves", "retained", "overdraft", "custody", "treasury", "goodwill"];

    /// <param name="commit">Commits everything that is in the working tree.</param>
    /// <param name="write">Writes a file.</param>
    public static void Fill(int commits, Action<string, string> write, Action commit, int seed = 1)
    {
        write("README.py", "\"\"\"Bookkeeping.\"\"\"\n");
        commit();
        Add(0, commits, write, commit, new(seed));
    }

    /// <summary>Commits services.</summary>
    /// <param name="first">Number of the first one; no two have the same.</param>
    public static void Add(int first, int commits, Action<string, string> write, Action commit, Random random)
    {
        for (int number = first; number < first + commits; number++)
        {
            string noun = Nouns[random.Next(Nouns.Length)];
            string verb = Verbs[random.Next(Verbs.Length)];
            write($"services/{noun}_{verb}_{number}.py", Service(noun, verb, number, random));
            commit();
        }
    }

    public static string Service(string noun, string verb, int number, Random random)
    {
        string one = Accounts[random.Next(Accounts.Length)];
        string two = Accounts[random.Next(Accounts.Length)];
        List<string> body =
        [
            $"    entry.debit_account(\"{one}\", money.from_minor_units(amount, currency))",
            $"    entry.credit_account(\"{two}\", money.from_minor_units(amount, currency))",
            $"    entry.annotate_source(module=\"{noun}\", operation=\"{verb}\", revision={number})",
            $"    entry.require_approval(level=approvals.level_for(\"{noun}\", amount))",
        ];
        return string.Join('\n',
        [
            "from ledgerkit import Ledger, approvals, money",
            "",
            "",
            $"def {verb}_{noun}_{number}(ledger: Ledger, {noun}_id: str, amount: int, currency: str) -> str:",
            $"    entry = ledger.open_entry(\"{noun}.{verb}\", reference={noun}_id)",
            .. body.OrderBy(_ => random.Next()).Take(2 + random.Next(3)),
            $"    ledger.commit_entry(entry, audit_trail=True, idempotency_key=f\"{verb}-{{{noun}_id}}\")",
            "    return entry.confirmation_number",
            "",
        ]);
    }
}

using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace LocalCopilot.Tests;

/// <summary>Waits for what another thread or process does, so long that no busy machine is the reason when it never comes.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <param name="holds">Asked again and again.</param>
    /// <param name="what">Given by the compiler.</param>
    public static Task HoldsAsync(Func<bool> holds, [CallerArgumentExpression(nameof(holds))] string what = "") => HoldsAsync(() => Task.FromResult(holds()), what);

    /// <inheritdoc cref="HoldsAsync(Func{bool}, string)"/>
    public static async Task HoldsAsync(Func<Task<bool>> holds, [CallerArgumentExpression(nameof(holds))] string what = "")
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(waited.Elapsed < Patience, $"It never came that {what}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}

using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama.Ggml.Kernels;

/// <summary>Memory with machine code that stays until the process ends. Never writable and executable at the same time.</summary>
internal static unsafe class ExecutableMemory
{
    private const nuint Page = 4096;

    /// <returns>Where the code is; 0 where the system does not allow any, as hardened ones do.</returns>
    public static nint TryWrite(ReadOnlySpan<byte> code)
    {
        nuint bytes = ((nuint)code.Length + Page - 1) / Page * Page;
        try
        {
            return OperatingSystem.IsWindows() ? OnWindows(code, bytes) : OnUnix(code, bytes);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return 0;
        }
    }

    private static nint OnUnix(ReadOnlySpan<byte> code, nuint bytes)
    {
        const int Read = 1, Write = 2, Execute = 4, Private = 2;
        int anonymous = OperatingSystem.IsMacOS() ? 0x1000 : 0x20;
        nint memory = PageNative.Map(0, bytes, Read | Write, Private | anonymous, -1, 0);
        if (memory == -1)
        {
            return 0;
        }

        code.CopyTo(new((void*)memory, code.Length));
        if (PageNative.Protect(memory, bytes, Read | Execute) == 0)
        {
            return memory;
        }

        _ = PageNative.Unmap(memory, bytes);
        return 0;
    }

    private static nint OnWindows(ReadOnlySpan<byte> code, nuint bytes)
    {
        const uint ReserveAndCommit = 0x3000, ReadWrite = 4, ExecuteRead = 0x20;
        nint memory = PageNative.VirtualAlloc(0, bytes, ReserveAndCommit, ReadWrite);
        if (memory == 0)
        {
            return 0;
        }

        code.CopyTo(new((void*)memory, code.Length));
        return PageNative.VirtualProtect(memory, bytes, ExecuteRead, out _) != 0 ? memory : 0;
    }
}

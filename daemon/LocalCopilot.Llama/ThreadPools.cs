using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama;

/// <summary>Threads that stay between evaluations; without them ggml starts new ones for each graph.</summary>
internal static unsafe class ThreadPools
{
    /// <summary>
    /// Share of ggml's longest spin (100) that a thread waits for the next graph before it sleeps. Waking it takes microseconds;
    /// spinning keeps a core from whoever wants it next, such as the thread that sends off the answer: it waited milliseconds.
    /// docs/performance.md has the comparison.
    /// </summary>
    private const uint Poll = 0;

    /// <param name="pinning">Where each thread stays; the calling thread is one of them, the last. Null: wherever the system puts it.</param>
    /// <returns>Null for one thread, or where the processor's backend has no thread pools.</returns>
    public static ThreadPoolHandle? TryCreate(int threads, ThreadPinning? pinning = null)
    {
        if (threads < 2 || LlamaRuntime.Devices().FirstOrDefault(device => device.Kind == LlamaDeviceKind.Cpu) is not { } processor)
        {
            return null;
        }

        nint registration = DeviceNative.Registration(processor.Handle);
        nint create = DeviceNative.ProcedureAddress(registration, "ggml_threadpool_new");
        nint free = DeviceNative.ProcedureAddress(registration, "ggml_threadpool_free");
        if (create == 0 || free == 0)
        {
            return null;
        }

        ThreadPoolParams parameters;
        DeviceNative.ThreadPoolParamsInit(&parameters, threads);
        parameters.Poll = Poll;
        if (pinning is not null)
        {
            parameters.StrictCpu = 1;
            foreach (int number in pinning.Processors)
            {
                parameters.CpuMask[number] = 1;
            }
        }

        nint pool = ((delegate* unmanaged[Cdecl]<ThreadPoolParams*, nint>)create)(&parameters);
        return pool != 0 ? new(pool, (delegate* unmanaged[Cdecl]<nint, void>)free) : null;
    }
}

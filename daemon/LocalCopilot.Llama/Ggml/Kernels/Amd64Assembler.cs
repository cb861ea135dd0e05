namespace LocalCopilot.Llama.Ggml.Kernels;

/// <summary>General registers that a function may change without saving them, under System V's calling convention and under Windows'.</summary>
internal enum GeneralRegister
{
    Rax = 0,
    Rcx = 1,
    Rdx = 2,
    Rdi = 7,
    R8 = 8,
    R9 = 9,
    R10 = 10,
    R11 = 11,
}

/// <summary>A place in memory: base + index · scale + displacement.</summary>
internal readonly record struct MemoryOperand(GeneralRegister Base, GeneralRegister? Index = null, int Scale = 1, int Displacement = 0);

/// <summary>Writes the few machine instructions that a kernel needs and that .NET has no intrinsics for.</summary>
/// <remarks>
/// Encodings: Intel's Software Developer's Manual, volume 2, 2.7 (EVEX) and the instructions' pages. Vector registers are numbers, 0 to 31,
/// of 512 bits. Operands in memory have a displacement of 32 bits always, which keeps their encoding simple.
/// </remarks>
internal sealed class Amd64Assembler
{
    private const int NoPrefix = 0;
    private const int Prefix66 = 1;
    private const int PrefixF3 = 2;
    private const int Map0F = 1;
    private const int Map0F38 = 2;

    private readonly List<byte> _code = [];

    /// <summary>The instructions so far; a place to jump back to is their number of bytes.</summary>
    public int Position => _code.Count;

    public byte[] ToArray() => [.. _code];

    /// <summary>destination = source.</summary>
    public void Move(GeneralRegister destination, GeneralRegister source) => Integer(0x8B, (int)destination, new(source), isRegister: true);

    /// <summary>destination = 64 bits of memory.</summary>
    public void Load(GeneralRegister destination, MemoryOperand source) => Integer(0x8B, (int)destination, source);

    /// <summary>destination = address of an operand.</summary>
    public void LoadAddress(GeneralRegister destination, MemoryOperand source) => Integer(0x8D, (int)destination, source);

    /// <summary>destination += value.</summary>
    public void Add(GeneralRegister destination, int value)
    {
        Integer(0x81, 0, new(destination), isRegister: true);
        _code.AddRange(BitConverter.GetBytes(value));
    }

    /// <summary>destination -= 1; sets the flag that <see cref="JumpIfNotZero"/> looks at.</summary>
    public void Decrement(GeneralRegister destination) => Integer(0xFF, 1, new(destination), isRegister: true);

    /// <summary>Jumps back to a position while the last result was not 0.</summary>
    public void JumpIfNotZero(int position)
    {
        _code.AddRange([0x0F, 0x85]);
        _code.AddRange(BitConverter.GetBytes(position - (Position + sizeof(int))));
    }

    public void Return() => _code.Add(0xC3);

    /// <summary>VPXORD: a register becomes 0.</summary>
    public void Clear(int register) => Vector(Prefix66, Map0F, 0xEF, register, register, register);

    /// <summary>VMOVUPS: 16 floats from memory.</summary>
    public void Load(int destination, MemoryOperand source) => Vector(NoPrefix, Map0F, 0x10, destination, 0, source);

    /// <summary>VMOVUPS: 16 floats to memory.</summary>
    public void Store(MemoryOperand destination, int source) => Vector(NoPrefix, Map0F, 0x11, source, 0, destination);

    /// <summary>VADDPS: destination = left + 16 floats of memory.</summary>
    public void Add(int destination, int left, MemoryOperand right) => Vector(NoPrefix, Map0F, 0x58, destination, left, right);

    /// <summary>VPBROADCASTD: 32 bits of memory, 16 times.</summary>
    public void Broadcast(int destination, MemoryOperand source) => Vector(Prefix66, Map0F38, 0x58, destination, 0, source);

    /// <summary>VDPBF16PS: adds the products of 16 pairs of bfloat16 numbers to 16 floats.</summary>
    public void MultiplyAddPairs(int sum, int left, int right) => Vector(PrefixF3, Map0F38, 0x52, sum, left, right);

    private void Integer(byte opcode, int register, MemoryOperand operand, bool isRegister = false)
    {
        int index = operand.Index is { } used ? (int)used : 0;
        _code.Add((byte)(0x48 | (register >> 3 << 2) | (index >> 3 << 1) | ((int)operand.Base >> 3)));
        _code.Add(opcode);
        if (isRegister)
        {
            _code.Add((byte)(0xC0 | ((register & 7) << 3) | ((int)operand.Base & 7)));
            return;
        }

        Operand(register, operand);
    }

    private void Vector(int prefix, int map, byte opcode, int register, int second, int third)
    {
        Evex(prefix, map, register, second, third >> 3 & 1, third >> 4);
        _code.Add(opcode);
        _code.Add((byte)(0xC0 | ((register & 7) << 3) | (third & 7)));
    }

    private void Vector(int prefix, int map, byte opcode, int register, int second, MemoryOperand operand)
    {
        Evex(prefix, map, register, second, (int)operand.Base >> 3, operand.Index is { } index ? (int)index >> 3 : 0);
        _code.Add(opcode);
        Operand(register, operand);
    }

    /// <summary>62, then three bytes with the upper bits of the registers' numbers inverted; 512 bits, no mask, no broadcast.</summary>
    private void Evex(int prefix, int map, int register, int second, int extension, int indexExtension)
    {
        _code.Add(0x62);
        _code.Add((byte)((((register >> 3) & 1) ^ 1) << 7 | (indexExtension ^ 1) << 6 | (extension ^ 1) << 5 | ((register >> 4) ^ 1) << 4 | map));
        _code.Add((byte)((~second & 15) << 3 | 1 << 2 | prefix));
        _code.Add((byte)(2 << 5 | ((second >> 4) ^ 1) << 3));
    }

    /// <summary>ModRM, SIB where there is an index, and a displacement of 32 bits.</summary>
    private void Operand(int register, MemoryOperand operand)
    {
        const int WithDisplacement = 2 << 6;
        const int SibFollows = 4;
        if (operand.Index is { } index)
        {
            _code.Add((byte)(WithDisplacement | ((register & 7) << 3) | SibFollows));
            _code.Add((byte)(int.Log2(operand.Scale) << 6 | (((int)index & 7) << 3) | ((int)operand.Base & 7)));
        }
        else
        {
            _code.Add((byte)(WithDisplacement | ((register & 7) << 3) | ((int)operand.Base & 7)));
        }

        _code.AddRange(BitConverter.GetBytes(operand.Displacement));
    }
}
